"""Documents: blocks and a language to HTML, workbook, Word and the console."""

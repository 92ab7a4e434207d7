// The programme chosen on the stored simulations: set and starts together, over every allowed set.
//
// The same walk as capworth.methods.portfolio.confidence, the same values of sets as
// capworth.model.set_value, the same words as capworth.methods.portfolio.good_sets. A set is a whole
// number: bit k stands for the k-th improvement. No page is known here.

const TIE = 1e-12, ROOM = 1e-9, NODES = 10000, PLACES = 1000000, FEWEST = 200, WEIGHED = 5000, FEW = 20, ONE = 1000, LIKELY = 1000;
const STEPS = 300, PRICED = [0, 0.5, 0.75, 1, 1.25, 1.5], TABLED = 1296, SLACK = 1e-9, BLOCK = 50, KNOWN = 1 << 20;
const GOOD = 2000, LISTED = 0.2, CHOICE = 0.35, CORE = 0.9, SAME = 1e-9;

function bytesOf(text) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const value = new Uint8Array(128);
  for (let k = 0; k < 64; k++) value[letters.charCodeAt(k)] = k;
  const ends = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - ends);
  for (let k = 0, at = 0; k < text.length; k += 4) {
    const four = (value[text.charCodeAt(k)] << 18) | (value[text.charCodeAt(k + 1)] << 12)
      | (value[text.charCodeAt(k + 2)] << 6) | value[text.charCodeAt(k + 3)];
    for (const shift of [16, 8, 0]) if (at < bytes.length) bytes[at++] = (four >> shift) & 255;
  }
  return bytes;
}

function columnsOf(data) {
  const bytes = bytesOf(data.steps);
  let at = 0;
  return data.scales.map(([low, step]) => {
    const column = new Float64Array(data.draws);
    if (step === undefined) return column.fill(low);
    for (let n = 0; n < data.draws; n++, at += 2) column[n] = low + step * (bytes[at] | (bytes[at + 1] << 8));
    return column;
  });
}

const meanOf = (values) => {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n];
  return sum / values.length;
};
const placeOf = (share, many) => Math.ceil(share * many - 1e-9) - 1;
const rangeOf = (values) => {
  const rising = Float64Array.from(values).sort();
  return [rising[placeOf(0.1, rising.length)], rising[placeOf(0.9, rising.length)]];
};
// The n-th of some numbers, from 0; they are moved about.
function nth(values, n) {
  let low = 0, high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let i = low, j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      [values[i], values[j]] = [values[j], values[i]];
      i++;
      j--;
    }
    if (n <= j) high = j;
    else if (n >= i) low = i;
    else break;
  }
  return values[n];
}
const membersOf = (set) => {
  const found = [];
  for (let k = 0, left = set; left; k++, left >>>= 1) if (left & 1) found.push(k);
  return found;
};
const sizeOf = (set) => {
  let many = 0;
  for (let left = set; left; left &= left - 1) many++;
  return many;
};
const within = (small, large) => (small & ~large) === 0;

class Simulations {
  // Everything that is stored, and every set that the relations allow.
  constructor(data) {
    this.data = data;
    this.columns = columnsOf(data.columns);
    this.draws = data.columns.draws;
    this.many = data.cost.length;
    this.delays = data.opens[0].length;
    this.annuity = data.discount.reduce((sum, factor) => sum + factor, 0);
    this.cost = data.cost.map((k) => this.columns[k]);
    this.means = this.cost.map(meanOf);
    this.dearest = this.cost.map((column) => Math.max(0, ...column));
    this.sets = this.listed();
    this.choosers = new Map();
    this.shared = new Map();
  }

  listed() {
    const ending = Array.from({ length: this.many }, () => []);
    for (const rule of this.data.rules) ending[Math.max(0, ...rule[0])].push(rule);
    const met = ([members, signs, low, high], set) => {
      let sum = 0;
      members.forEach((member, k) => { if ((set >>> member) & 1) sum += signs[k]; });
      return sum >= low && sum <= high;
    };
    let rows = [0];
    for (let k = 0; k < this.many; k++) {
      const next = [];
      for (const row of rows) {
        for (const set of [row | (1 << k), row]) if (ending[k].every((rule) => met(rule, set))) next.push(set);
      }
      rows = next;
    }
    const unknown = this.data.known.reduce((bits, known, k) => (known ? bits : bits | (1 << k)), 0);
    return rows.filter((set) => !(set & unknown));
  }

  // Swings are those of the case, by draw, where none are given; else held in all simulations.
  chooser(swings) {
    const key = swings ? JSON.stringify(swings) : "";
    if (!this.choosers.has(key)) {
      if (this.choosers.size > 8) this.choosers.clear();
      this.choosers.set(key, new Chooser(this, swings));
    }
    return this.choosers.get(key);
  }

  placements(enough) {
    const key = Math.ceil(enough);
    if (!this.shared.has(key)) {
      if (this.shared.size > 2) this.shared.clear();
      this.shared.set(key, new Placements(this, enough));
    }
    return this.shared.get(key);
  }

  choose(asked) {
    const steps = this.choosing(asked);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
    }
  }

  // The same with a rest after every set that was looked at closely; null where no set is allowed.
  *choosing({ budget, confidence, must = 0, barred = 0, swings = null }) {
    const chooser = this.chooser(swings);
    yield;
    const found = yield* chooser.search(confidence, must, barred).best(budget, this.data.near);
    return found && chooser.told(found, budget);
  }
}

class Placements {
  // In how many simulations all limits hold once some improvements are placed at their starts: found
  // once for all sets, budgets and weights. A placement is its number, the empty one is 0; `held` is 0
  // where it holds in fewer simulations than are enough. The dearest are looked at first.
  constructor(sim, enough) {
    const { uses, scaled, caps, opens } = sim.data, { draws, delays } = sim;
    const total = Float64Array.from({ length: draws }, (_, n) => sim.cost.reduce((sum, column) => sum + column[n], 0));
    const dearest = Array.from(total.keys()).sort((a, b) => total[b] - total[a]);
    Object.assign(this, { draws, delays, enough, many: sim.many * delays });
    this.cost = sim.cost.map((column) => Float64Array.from(dearest, (n) => column[n]));
    this.room = Float64Array.from(caps, (cap) => cap * (1 + ROOM));
    this.takes = opens.map((open, k) => open.map((_, d) => caps.flatMap((_, r) => (uses[r][k][d] ? [[r, uses[r][k][d], scaled[r]]] : []))));
    const fresh = (is) => ({ is, held: new Uint8Array(draws).fill(1), sums: [], own: [] });
    this.levels = Array.from({ length: sim.many + 1 }, (_, level) => fresh(level ? -1 : 0));
    this.levels[0].sums = caps.map(() => new Float64Array(draws));
    this.forget();
  }

  forget() {
    this.next = new Map();
    this.held = [this.draws];
    for (let level = 1; level < this.levels.length; level++) this.levels[level].is = -1;
  }

  // The number of a placement with one more behind it.
  placed(number, k, d) {
    const key = number * this.many + k * this.delays + d;
    let found = this.next.get(key);
    if (found === undefined) {
      found = this.held.push(-1) - 1;
      this.next.set(key, found);
    }
    return found;
  }

  // Simulations in which all limits hold at the last placement of a way.
  holding(way, depth, order, delays) {
    const number = way[depth];
    if (this.held[number] < 0) {
      let first = depth;
      while (this.levels[first - 1].is !== way[first - 1]) first--;
      for (let level = first; level <= depth; level++) {
        this.held[way[level]] = this.sum(level, way[level], order[level - 1], delays[order[level - 1]]);
      }
    }
    return this.held[number];
  }

  sum(level, number, k, d) {
    const before = this.levels[level - 1], here = this.levels[level], cost = this.cost[k];
    const { draws } = this, { held } = here, takes = this.takes[k][d];
    for (let deeper = level; deeper < this.levels.length && this.levels[deeper].is >= 0; deeper++) this.levels[deeper].is = -1;
    held.set(before.held);
    here.sums = before.sums.slice();
    for (const [r] of takes) here.sums[r] = here.own[r] ??= new Float64Array(draws);
    let left = before.left ?? draws;
    for (let from = 0; from < draws; from += BLOCK) {
      const to = Math.min(from + BLOCK, draws);
      for (const [r, use, money] of takes) {
        const column = before.sums[r], more = here.own[r], room = this.room[r];
        for (let n = from; n < to; n++) {
          const sum = column[n] + (money ? cost[n] * use : use);
          more[n] = sum;
          if (sum > room && held[n]) {
            held[n] = 0;
            left--;
          }
        }
      }
      if (left < this.enough) return 0;
    }
    here.left = left;
    here.is = number;
    return left;
  }
}

class Chooser {
  // What sets are worth, on every measure, by some weights.
  constructor(sim, swings) {
    Object.assign(this, { sim, measure: sim.data.measure, known: new Map(), tables: new Map(), searches: new Map() });
    this.weigh(swings);
    const { data } = sim;
    this.gains = {
      distance: this.distances(),
      money: data.money.map((k) => sim.columns[k]),
      harm: data.harm.map((k) => sim.columns[k]),
    };
    this.alone = data.opens.map((opens, k) => opens.map((_, d) => meanOf(this.own(k, d, this.measure))));
    this.gain = this.measure === "net" ? this.alone.map((row) => row[0]) : this.gains[this.measure].map(meanOf);
    const worth = data.opens.map((opens, k) => opens.map((open, d) => (open ? this.alone[k][d] : -Infinity)));
    this.most = worth.map((row) => Math.max(...row));
    this.worth = worth.map((row) => row.map((value) => Math.min(value, row[0])));
    this.eased = worth.map((row, k) => row.map((value, d) => (value === -Infinity ? 0 : value - this.worth[k][d])));
    this.falling = this.measure === "distance"
      && data.levels.every((level) => level.rise.every((k) => sim.columns[k].every((rise) => rise >= 0)))
      && this.gains.distance.every((column) => column.every((gain) => gain >= 0));
    this.value();
  }

  weigh(swings) {
    const { sim } = this, { tree, distance } = sim.data;
    const drawn = tree.weights.map((k) => sim.columns[k]);
    this.weights = swings ? this.held(swings).map((weight) => new Float64Array(sim.draws).fill(weight)) : drawn;
    if (!tree.counted.every(Boolean)) {
      const kept = this.weights.map((column, k) => (tree.counted[k] ? column : new Float64Array(sim.draws)));
      const total = new Float64Array(sim.draws);
      for (const column of kept) column.forEach((weight, n) => { total[n] += weight; });
      this.weights = kept.map((column) => column.map((weight, n) => weight / total[n]));
    }
    this.distance = swings ? this.weights.reduce((sum, column, k) => sum + column[0] * tree.lacks[k], 0) : distance;
    this.away = new Float64Array(sim.draws);
    this.weights.forEach((column, k) => {
      const lacks = sim.columns[tree.away[k]];
      for (let n = 0; n < sim.draws; n++) this.away[n] += column[n] * lacks[n];
    });
    this.unit = this.distance > 0 ? 100 / this.distance : NaN;
  }

  held(swings) {
    const { criteria, leaves } = this.sim.data.tree;
    const weight = { "": 1 }, ahead = [""];
    while (ahead.length) {
      const parent = ahead.pop();
      const children = criteria.filter((one) => one.parent === parent);
      const total = children.reduce((sum, child) => sum + swings[child.id], 0);
      for (const child of children) {
        weight[child.id] = total > 0 ? (swings[child.id] / total) * weight[parent] : 0;
        ahead.push(child.id);
      }
    }
    return leaves.map((leaf) => weight[leaf]);
  }

  // What each closes alone, so many years later than stated, by draw.
  distances(late = 0) {
    const { sim } = this;
    const found = sim.cost.map(() => new Float64Array(sim.draws));
    for (const [improvement, leaf, k, delay] of sim.data.alone) {
      if (delay !== late) continue;
      const points = sim.columns[k], weights = this.weights[leaf], column = found[improvement];
      for (let n = 0; n < sim.draws; n++) column[n] += points[n] * weights[n];
    }
    return found.map((column) => column.map((points) => points * (this.distance > 0 ? this.unit : 0)));
  }

  // What an improvement gains alone, so many years later than stated, by draw.
  own(k, delay, measure) {
    const left = this.sim.data.left[k][delay];
    if (measure === "distance" && delay && !this.sim.data.alike[k]) {
      this.later ??= [this.gains.distance];
      this.later[delay] ??= this.distances(delay);
      return this.later[delay][k];
    }
    if (measure !== "net") return this.gains[measure][k].map((gain) => gain * left);
    const cost = this.paid([k], { [k]: delay });
    return this.gains.money[k].map((gain, n) => gain * left - cost[n]);
  }

  // Whole-life cost of some improvements, of one payer or of all, by draw.
  paid(members, delays, payer = null) {
    const { sim } = this, inside = new Set(members), total = new Float64Array(sim.draws);
    for (const [improvement, whose, k, factors] of sim.data.paid) {
      if (!inside.has(improvement) || (payer !== null && whose !== payer)) continue;
      const factor = factors[delays[improvement]], amount = sim.columns[k];
      for (let n = 0; n < sim.draws; n++) total[n] += amount[n] * factor;
    }
    return total;
  }

  bonus(pair, measure) {
    const gains = this.gains[measure === "net" ? "money" : measure];
    const [one, other, k] = pair;
    return this.sim.columns[k].map((share, n) => share * Math.max(Math.min(gains[one][n], gains[other][n]), 0));
  }

  // What improvements that meet gain together beyond what each gains there alone, by draw.
  beyond(place, measure, users, late) {
    const key = `${place} ${measure} ${users} ${late}`;
    if (!this.known.has(key)) {
      const meeting = this.meetings()[place];
      const added = meeting.joint(measure, users, late).slice();
      users.forEach((user, k) => {
        const alone = meeting.joint(measure, [user], [late[k]]);
        for (let n = 0; n < added.length; n++) added[n] -= alone[n];
      });
      this.known.set(key, { added, mean: meanOf(added) });
    }
    return this.known.get(key);
  }

  meetings() {
    const { levels, chains } = this.sim.data;
    this.places ??= [
      ...levels.map((level) => ({ users: level.users, joint: (m, u, d) => this.lifted(level, m, u, d) })),
      ...chains.map((chain) => ({ users: chain.users, joint: (m, u, d) => this.walked(chain, m, u, d) })),
    ];
    return this.places;
  }

  lifted(level, measure, users, late) {
    const { sim } = this, closed = new Float64Array(sim.draws);
    if (measure !== "distance") return closed;
    const shares = users.map((user, k) => sim.data.works[user][late[k]]);
    const profiles = new Map();
    sim.data.discount.forEach((factor, year) => {
      const row = shares.map((share) => share[year]), key = row.join();
      if (!profiles.has(key)) profiles.set(key, { row, years: 0 });
      profiles.get(key).years += factor * level.there[year];
    });
    const now = sim.columns[level.now], weights = this.weights[level.leaf];
    const rises = users.map((user) => sim.columns[level.rise[level.users.indexOf(user)]]);
    for (const { row, years } of profiles.values()) {
      if (!row.some((share) => share)) continue;
      for (let n = 0; n < sim.draws; n++) {
        let raised = now[n];
        for (let k = 0; k < row.length; k++) raised += rises[k][n] * row[k];
        closed[n] += years * (Math.max(level.agreed - now[n], 0) - Math.max(level.agreed - raised, 0));
      }
    }
    return closed.map((points, n) => (points / sim.annuity) * this.unit * level.extent * weights[n]);
  }

  walked(chain, measure, users, late) {
    const { sim } = this, kind = measure === "net" ? "money" : measure, found = new Float64Array(sim.draws);
    if (!(kind in chain)) return found;
    const shares = users.map((user, k) => sim.data.works[user][late[k]]);
    const parts = new Map();
    sim.data.discount.forEach((factor, year) => {
      let reached = 0;
      const rising = [...new Set(shares.map((share) => share[year]))].filter((share) => share).sort((a, b) => a - b);
      for (const share of rising) {
        const column = users.reduce(
          (bits, user, k) => (shares[k][year] >= share ? bits | (1 << chain.users.indexOf(user)) : bits), 0);
        parts.set(column, (parts.get(column) ?? 0) + factor * (share - reached));
        reached = share;
      }
    });
    for (const [column, years] of parts) {
      const gains = sim.columns[chain[kind][column]];
      for (let n = 0; n < sim.draws; n++) found[n] += years * gains[n];
    }
    return kind === "money" ? found : found.map((days) => days / sim.annuity);
  }

  pairsIn(set) {
    return this.sim.data.pairs.filter(([one, other]) => (set >>> one) & 1 && (set >>> other) & 1);
  }

  metIn(set) {
    const found = [];
    this.meetings().forEach((meeting, place) => {
      const users = meeting.users.filter((user) => (set >>> user) & 1);
      if (users.length > 1) found.push([place, users]);
    });
    return found;
  }

  // Value of a set by draw, its members so many years later than stated.
  byDraw(set, delays, measure) {
    const { sim } = this, total = new Float64Array(sim.draws);
    const add = (values, factor = 1) => {
      for (let n = 0; n < sim.draws; n++) total[n] += values[n] * factor;
    };
    for (const k of membersOf(set)) add(this.own(k, delays[k], measure));
    for (const pair of this.pairsIn(set)) {
      const [one, other] = pair;
      add(this.bonus(pair, measure), Math.min(sim.data.left[one][delays[one]], sim.data.left[other][delays[other]]));
    }
    for (const [place, users] of this.metIn(set)) {
      add(this.beyond(place, measure, users, users.map((user) => delays[user])).added);
    }
    return total;
  }

  // Where members of a set meet, with the mean that each way of being late adds, found once.
  placesOf(set) {
    const many = this.sim.delays;
    return this.metIn(set).map(([place, users]) => {
      const key = `${place} ${users}`;
      if (!this.tables.has(key)) this.tables.set(key, new Float64Array(many ** users.length).fill(NaN));
      return { place, users, table: this.tables.get(key) };
    });
  }

  // Expected value of a set whose members start so many years later than stated.
  joint(set, delays, members = membersOf(set), places = this.placesOf(set)) {
    const { left } = this.sim.data, many = this.sim.delays;
    let total = 0;
    for (const k of members) total += this.alone[k][delays[k]];
    for (const pair of this.pairsIn(set)) {
      const [one, other] = pair;
      const key = `pair ${pair}`;
      if (!this.known.has(key)) this.known.set(key, meanOf(this.bonus(pair, this.measure)));
      total += this.known.get(key) * Math.min(left[one][delays[one]], left[other][delays[other]]);
    }
    for (const { place, users, table } of places) {
      let at = 0;
      for (const user of users) at = at * many + delays[user];
      if (Number.isNaN(table[at])) {
        table[at] = this.beyond(place, this.measure, users, users.map((user) => delays[user])).mean;
      }
      total += table[at];
    }
    return total;
  }

  // Expected value of every set as stated, and what each is worth at most, whenever it starts.
  value() {
    const { sets, data, many } = this.sim;
    const count = sets.length, met = new Float64Array(count);
    for (const pair of data.pairs) {
      const mean = Math.max(0, meanOf(this.bonus(pair, this.measure)));
      sets.forEach((set, row) => { if ((set >>> pair[0]) & 1 && (set >>> pair[1]) & 1) met[row] += mean; });
    }
    this.meetings().forEach((meeting, place) => {
      const bits = meeting.users.reduce((all, user) => all | (1 << user), 0), ways = new Map();
      for (let row = 0; row < count; row++) {
        const way = sets[row] & bits;
        if (!(way & (way - 1))) continue;
        if (!ways.has(way)) {
          const users = membersOf(way);
          ways.set(way, Math.max(0, this.beyond(place, this.measure, users, users.map(() => 0)).mean));
        }
        met[row] += ways.get(way);
      }
    });
    this.bound = new Float64Array(count);
    for (let row = 0; row < count; row++) {
      let most = 0;
      for (let k = 0; k < many; k++) if ((sets[row] >>> k) & 1) most += this.most[k];
      this.bound[row] = most + met[row];
    }
    this.met = met;
  }

  // No set is worth more than `base` and, of each member, what stands under its years of delay: as
  // stated, less what each loses put off alone, which is no more than they lose together where gains
  // overlap; where they may strengthen one another, all ways are looked at.
  parted(set, members = membersOf(set)) {
    const { left } = this.sim.data, many = this.sim.delays, by = new Map(members.map((k) => [k, Float64Array.from(this.worth[k])]));
    let base = 0;
    for (const pair of this.pairsIn(set)) {
      const key = `pair ${pair}`, [one, other] = pair;
      if (!this.known.has(key)) this.known.set(key, meanOf(this.bonus(pair, this.measure)));
      const mean = this.known.get(key), most = Math.max(...left[one], ...left[other]);
      if (mean < 0) base -= mean * most;
      for (const k of [one, other]) for (let d = 0; d < many; d++) by.get(k)[d] += left[k][d] * (mean < 0 ? mean : mean / 2);
    }
    for (const { place, users } of this.placesOf(set)) {
      const { least, eased } = this.easing(place, users);
      base += least;
      if (eased) users.forEach((user, k) => { for (let d = 0; d < many; d++) by.get(user)[d] += eased[k][d]; });
    }
    return { base, by, eased: members.reduce((sum, k) => sum + Math.max(...this.eased[k]), 0), price: null };
  }

  // The same of one place where members meet: what it adds as stated, and by years of delay of each.
  easing(place, users) {
    const key = `eased ${place} ${users}`;
    if (this.known.has(key)) return this.known.get(key);
    const { sim } = this, many = sim.delays, open = users.map((user) => sim.data.opens[user]);
    const mean = (late) => this.beyond(place, this.measure, users, late).mean;
    const stated = mean(users.map(() => 0)), level = sim.data.levels[place];
    let found = { least: Math.max(stated, 0), eased: null };
    const overlaps = level && (this.measure !== "distance" || level.rise.every((k) => sim.columns[k].every((rise) => rise >= 0)));
    if (overlaps || many ** users.length <= TABLED) {
      const eased = users.map((_, k) => Float64Array.from(open[k], (opens, d) => (
        opens && d ? mean(users.map((_, other) => (other === k ? d : 0))) - stated : 0)));
      let more = 0;
      if (!overlaps) {
        for (let way = 0; way < many ** users.length; way++) {
          const late = users.map((_, k) => Math.floor(way / many ** k) % many);
          if (!late.every((d, k) => open[k][d])) continue;
          more = Math.max(more, mean(late) - stated - late.reduce((sum, d, k) => sum + eased[k][d], 0));
        }
      }
      found = { least: stated + more, eased };
    }
    this.known.set(key, found);
    return found;
  }

  search(confidence, must, barred) {
    const key = `${confidence} ${must} ${barred}`;
    if (!this.searches.has(key)) {
      if (this.searches.size > 16) this.searches.clear();
      this.searches.set(key, new Search(this, confidence, must, barred));
    }
    return this.searches.get(key);
  }

  // A programme in numbers: ranges, probabilities, years, and the good sets beside it.
  told(found, budget) {
    const { sim } = this, { data } = sim, first = found.list[0];
    const { set, delays } = first, members = membersOf(set);
    const asked = found.search.totals(set), room = budget * (1 + ROOM);
    const amount = (values, ranged = values) => ({
      value: meanOf(values), low: rangeOf(ranged)[0], high: rangeOf(ranged)[1], error: errorOf(values),
    });
    const closed = this.byDraw(set, delays, "distance");
    const ratio = closed.map((share, n) => (this.away[n] > 0 ? share * (this.distance / this.away[n]) : 0));
    const cost = this.paid(members, delays);
    const years = data.discount.map((_, year) => {
      const spent = new Float64Array(sim.draws);
      for (const k of members) {
        const share = data.spent[k][year - delays[k]] ?? 0;
        for (let n = 0; n < sim.draws; n++) spent[n] += sim.cost[k][n] * share;
      }
      return amount(spent);
    });
    const by = this.roles(found.list);
    return {
      set, delays, members, feasible: found.feasible, cut: found.cut, listed: found.list.length, sets: sim.sets.length,
      draws: sim.draws, value: first.value,
      asked: amount(asked), needed: first.at, contingency: first.at - found.search.mean(set),
      within: share(asked, (total) => total <= room), years: first.sure, byYear: years,
      distance: data.tree.leaves.length ? amount(closed, ratio) : null,
      cost: amount(cost), payers: [0, 1, 2].map((payer) => amount(this.paid(members, delays, payer))),
      money: data.priced ? amount(this.byDraw(set, delays, "money")) : null,
      net: data.priced ? amount(this.byDraw(set, delays, "net")) : null,
      harm: data.harmed ? amount(this.byDraw(set, delays, "harm")) : null,
      positive: data.priced ? share(this.byDraw(set, delays, "net"), (net) => net > 0) : null,
      ...by,
    };
  }

  roles(list) {
    const { sim } = this, kept = list.slice(0, GOOD);
    const rows = [0, ...maximal(kept).filter((row) => row)];
    const good = rows.map((row) => kept[row]);
    const values = good.map((one) => this.byDraw(one.set, one.delays, this.measure));
    const best = new Int32Array(sim.draws), regret = new Float64Array(good.length);
    for (let n = 0; n < sim.draws; n++) {
      for (let k = 1; k < good.length; k++) if (values[k][n] > values[best[n]][n]) best[n] = k;
      for (let k = 0; k < good.length; k++) regret[k] += (values[best[n]][n] - values[k][n]) / sim.draws;
    }
    const pBest = good.map((_, k) => best.filter((row) => row === k).length / sim.draws);
    const pBetter = values.map((column) => share(column, (value, n) => value > values[0][n])
      + share(column, (value, n) => value === values[0][n]) / 2);
    const all = good.reduce((bits, one) => bits & one.set, -1), any = good.reduce((bits, one) => bits | one.set, 0);
    const core = sim.cost.map((_, k) => good.reduce((sum, one, row) => sum + ((one.set >>> k) & 1) * pBest[row], 0));
    const exchanges = this.exchanges(good, values, pBetter);
    const sets = new Set(list.map((one) => one.set)), mine = good[0].set;
    const verbs = sim.cost.map((_, k) => {
      const bit = 1 << k;
      const chance = Math.max(0, ...exchanges.filter((e) => (e.out | e.into) & bit).map((e) => e.pBetter));
      if (!(any & bit)) return "not now";
      if (all & bit) return core[k] >= CORE ? "start" : "start, review at first quote";
      if (chance >= CHOICE) return "choose";
      if (chance >= LISTED) return "prefer";
      if (mine & bit) return sets.has(mine & ~bit) ? "could be left" : "could be replaced";
      return "not now";
    });
    const error = errorOf(Float64Array.from(values[0], (value, n) => values[best[n]][n] - value));
    return { good, pBest, pBetter, core, verbs, exchanges, regret: regret[0], regretError: error };
  }

  exchanges(good, values, pBetter) {
    const mine = good[0].set, found = [];
    const { names } = this.sim.data;
    good.forEach((one, row) => {
      const apart = one.set ^ mine;
      if (!(apart & one.set)) return;
      const smaller = good.some((other, k) => {
        const less = other.set ^ mine;
        return within(less, apart) && less !== apart && less & other.set && pBetter[k] >= pBetter[row];
      });
      if (smaller) return;
      const lost = values[0].map((value, n) => value - values[row][n]), loss = meanOf(lost);
      found.push({ row, out: mine & ~one.set, into: one.set & ~mine, pBetter: pBetter[row], loss,
        equal: Math.abs(loss) < 2 * errorOf(lost) });
    });
    return found.sort((a, b) => b.pBetter - a.pBetter || a.loss - b.loss
      || rising(membersOf(a.into).map((k) => names[k]), membersOf(b.into).map((k) => names[k])));
  }
}

const share = (values, holds) => {
  let many = 0;
  for (let n = 0; n < values.length; n++) if (holds(values[n], n)) many++;
  return many / values.length;
};

// Standard error of a mean.
function errorOf(values) {
  const mean = meanOf(values);
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += (values[n] - mean) ** 2;
  return values.length > 1 ? Math.sqrt(sum / (values.length - 1) / values.length) : 0;
}

function rising(one, other) {
  for (let k = 0; k < Math.min(one.length, other.length); k++) {
    if (one[k] !== other[k]) return one[k] < other[k] ? -1 : 1;
  }
  return one.length - other.length;
}

// Rows of a list that no other makes idle: see maximal_sets.
function maximal(list) {
  const slack = SAME * Math.max(0, ...list.map((one) => Math.abs(one.value)));
  const idle = list.map((one) => list.some((other) => {
    if (one.set === other.set) return false;
    if (within(one.set, other.set)) return other.value > one.value + slack;
    return within(other.set, one.set) && !(one.value > other.value + slack);
  }));
  return list.map((_, row) => row).filter((row) => !idle[row]);
}

class Search {
  // Best programmes for any budget at one confidence, among the sets that keep what must be.
  constructor(chooser, confidence, must, barred) {
    const { sim } = chooser;
    Object.assign(this, { chooser, sim, confidence, left: WEIGHED, places: PLACES, cut: false, at: new Map(), solved: new Map(), below: new Map() });
    const place = placeOf(confidence, sim.draws);
    const lowest = sim.cost.map((column) => (confidence
      ? meanOf(Float64Array.from(column).sort().subarray(0, place + 1)) : 0));
    const allowed = (set) => within(must, set) && !(set & barred);
    this.rows = sim.sets.map((_, row) => row).filter((row) => allowed(sim.sets[row]));
    this.least = new Map(this.rows.map((row) => {
      const members = membersOf(sim.sets[row]);
      const low = members.reduce((sum, k) => sum + lowest[k], 0);
      return [row, Math.max(low, this.mean(sim.sets[row]))];
    }));
    const { uses, scaled } = sim.data;
    this.span = sim.data.opens.map((open, k) => open.map((_, d) => {
      const taken = uses.flatMap((use, r) => (use[k][d] ? [r] : []));
      return taken.length ? [taken[0], taken.at(-1) + 1] : [0, 0];
    }));
    this.lowest = uses.map((use) => use.map((days, k) => Math.min(...days.filter((_, d) => sim.data.opens[k][d]))));
    this.peak = sim.cost.map((_, k) => [true, false].map((money) => Math.max(0, ...uses.flatMap((use, r) => (
      scaled[r] === money ? use[k].map((one) => one * (money ? sim.means[k] : 1)) : [0])))));
    this.prices = this.priced();
    const bound = this.bound = this.bounded();
    this.rows.sort((a, b) => bound[b] - bound[a] || sizeOf(sim.sets[a]) - sizeOf(sim.sets[b]) || a - b);
  }

  // What an improvement takes of each limit at least, by years of delay, as shares of it.
  taken(k, d) {
    const { uses, scaled, caps } = this.sim.data;
    return caps.map((cap, r) => (cap > 0 ? (uses[r][k][d] * (scaled[r] ? this.sim.means[k] : 1)) / cap : 0));
  }

  // Prices of what is limited at which no more is wanted than there is: by steps along what is
  // lacking. Any prices give a bound; these, and some of them more or less, give near ones.
  priced() {
    const { sim, chooser } = this, { caps } = sim.data, many = sim.delays;
    this.takes = sim.cost.map((_, k) => Array.from({ length: many }, (_, d) => this.taken(k, d)));
    let price = caps.map(() => 0), best = price, least = Infinity;
    const size = Math.max(1e-300, chooser.most.reduce((sum, most) => sum + Math.max(most, 0), 0)) / (10 * Math.sqrt(caps.length || 1));
    for (let step = 0; step < STEPS && caps.length; step++) {
      const over = caps.map((cap) => (cap > 0 ? -1 : 0));
      let total = price.reduce((sum, one) => sum + one, 0);
      for (let k = 0; k < sim.many; k++) {
        const top = this.topOf(chooser.worth[k], k, price, 1);
        if (top <= 0) continue;
        total += top;
        this.takes[k][this.top].forEach((take, r) => { over[r] += take; });
      }
      if (total < least) [least, best] = [total, price];
      const long = Math.hypot(...over) || 1;
      price = price.map((one, r) => Math.max(0, one + ((size / Math.sqrt(1 + step)) * over[r]) / long));
    }
    return PRICED.map((times) => best.map((one) => one * times));
  }

  // What one is worth at most less what it takes at some prices; its place is left in `top`.
  topOf(worth, k, price, scale) {
    let top = -Infinity;
    for (let d = 0; d < worth.length; d++) {
      const takes = this.takes[k][d], [from, to] = this.span[k][d];
      let value = worth[d];
      for (let r = from; r < to; r++) value -= price[r] * takes[r] * scale;
      if (value > top) [top, this.top] = [value, d];
    }
    return top;
  }

  // What each set is worth at most within the limits, whenever it starts.
  bounded() {
    const { sim, chooser } = this, bound = Float64Array.from(chooser.bound);
    for (const price of this.prices) {
      const all = price.reduce((sum, one) => sum + one, 0);
      const worth = chooser.worth.map((row, k) => this.topOf(row, k, price, 1) + Math.max(0, ...chooser.eased[k]));
      for (const row of this.rows) {
        const set = sim.sets[row];
        let most = all + chooser.met[row];
        for (let k = 0; k < sim.many; k++) if ((set >>> k) & 1) most += worth[k];
        if (most < bound[row]) bound[row] = most;
      }
    }
    return bound.map((most) => most + SLACK * Math.abs(most));
  }

  mean(set) {
    return membersOf(set).reduce((sum, k) => sum + this.sim.means[k], 0);
  }

  totals(set) {
    const total = new Float64Array(this.sim.draws);
    for (const k of membersOf(set)) {
      const cost = this.sim.cost[k];
      for (let n = 0; n < total.length; n++) total[n] += cost[n];
    }
    return total;
  }

  quantile(set) {
    if (!this.at.has(set)) {
      const mean = this.mean(set);
      const at = this.confidence ? nth(this.totals(set), placeOf(this.confidence, this.sim.draws)) : mean;
      this.at.set(set, Math.max(at, mean));
    }
    return this.at.get(set);
  }

  // The best programme and those that are nearly as good; null where no set keeps the relations.
  *best(budget, near) {
    if (!this.rows.length) return null;
    const { sim, bound } = this, room = budget * (1 + ROOM), found = [];
    const floorOf = (best) => (Number.isFinite(best) ? best - (near + TIE) * Math.abs(best) : -Infinity);
    Object.assign(this, { left: WEIGHED, places: PLACES, cut: false });
    let best = -Infinity;
    for (const row of this.rows) {
      if (this.least.get(row) > room) continue;
      const floor = floorOf(best);
      if (bound[row] < floor) break;
      const set = sim.sets[row], started = this.started(set, room, floor);
      yield;
      if (!started || started.value < floor) continue;
      found.push({ row, set, size: sizeOf(set), ...started });
      best = Math.max(best, started.value);
    }
    const feasible = found.length > 0;
    if (!feasible) found.push(this.likeliest(room));
    const values = found.map((one) => one.value), most = Math.max(...values), least = Math.min(...values);
    const step = TIE * Math.max(most, -least, 1e-300);
    found.sort((a, b) => Math.round(-a.value / step) - Math.round(-b.value / step) || a.at - b.at || a.size - b.size
      || rising(membersOf(a.set), membersOf(b.set)) || a.row - b.row);
    const list = found.filter((one) => one.value >= floorOf(most));
    return { list, feasible, cut: this.cut, search: this };
  }

  // The set that keeps the budget in most draws, then the most valuable, as started.
  likeliest(room) {
    const { sim, chooser } = this, mean = new Map(this.rows.map((row) => [row, this.mean(sim.sets[row])]));
    const cheap = [...this.rows].sort((a, b) => mean.get(a) - mean.get(b) || a - b).slice(0, LIKELY);
    const chance = new Map(cheap.map((row) => [row, share(this.totals(sim.sets[row]), (total) => total <= room)]));
    cheap.forEach((row, k) => chance.set(`place ${row}`, k));
    cheap.sort((a, b) => chance.get(b) - chance.get(a) || chooser.bound[b] - chooser.bound[a]
      || chance.get(`place ${a}`) - chance.get(`place ${b}`));
    const row = cheap[0], set = sim.sets[row], members = membersOf(set);
    const { uses, scaled, caps } = sim.data;
    const keeps = Array.from({ length: sim.draws }, (_, n) => caps.every((cap, r) => members.reduce(
      (sum, k) => sum + uses[r][k][0] * (scaled[r] ? sim.cost[k][n] : 1), 0) <= cap * (1 + ROOM)));
    return { row, set, at: this.quantile(set), size: members.length, delays: new Int32Array(sim.many),
      value: chooser.bound[row], sure: share(keeps, Boolean) };
  }

  // Starts of a set; null where none keep every limit and reach the floor, or the budget.
  started(set, room, floor) {
    if (this.solved.has(set)) return this.solved.get(set).at > room ? null : this.solved.get(set);
    if (floor >= (this.below.get(set) ?? Infinity)) return null;
    const { chooser } = this, members = membersOf(set), parts = chooser.parted(set, members);
    if (this.boundOf(members, parts, 1) < floor) return null;
    const at = this.quantile(set), mean = this.mean(set), scale = mean > 0 ? Math.max(1, at / mean) : 1;
    if (at > room) return null;
    if (this.boundOf(members, parts, scale) < floor) {
      this.below.set(set, floor);
      return null;
    }
    const tried = { places: 0, weighed: 0, cut: false };
    const found = starts(this, set, members, scale, floor, parts, Math.min(this.left, ONE), Math.max(FEWEST, Math.min(this.places, NODES)), tried);
    this.left -= tried.weighed;
    this.places -= tried.places;
    this.cut ||= tried.cut;
    if (found) this.solved.set(set, { ...found, at });
    else this.below.set(set, floor);
    return found && this.solved.get(set);
  }

  // What a set is worth at most where what is planned takes so many times its mean; its best prices
  // are left in the parts.
  boundOf(members, parts, scale) {
    let least = Infinity;
    for (const price of this.prices) {
      let most = parts.base + parts.eased;
      for (const part of price) most += part;
      for (const k of members) most += this.topOf(parts.by.get(k), k, price, scale);
      if (most < least) [least, parts.price] = [most, price];
    }
    return least + SLACK * Math.abs(least);
  }
}

// Delays that lose least value; null where no starts keep every limit and reach the floor: see _starts.
function starts(search, set, members, scale, floor, { base, by, eased: easesMost, price }, mostWeighed, mostPlaces, tried) {
  const { sim, chooser, confidence } = search, { scaled, after, uses, caps } = sim.data;
  const many = sim.delays, { draws } = sim, enough = (confidence - ROOM) * draws;
  const shared = sim.placements(enough), { room } = shared, count = room.length;
  const planned = (k, d, r) => uses[r][k][d] * (scaled[r] ? sim.means[k] * scale : 1);
  if (!possible()) return null;

  const peak = new Map(members.map((k) => [k, Math.max(search.peak[k][0] * scale, search.peak[k][1])]));
  const order = [...members].sort((a, b) => peak.get(b) - peak.get(a) || a - b), size = order.length;
  const takes = (search.table ??= new Float64Array(sim.many * many * count)), worth = new Float64Array(size * many);
  const first = new Int32Array(size * many), last = new Int32Array(size * many);
  order.forEach((k, m) => {
    worth.set(by.get(k), m * many);
    for (let d = 0; d < many; d++) {
      const at = m * many + d;
      for (let r = 0; r < count; r++) takes[at * count + r] = planned(k, d, r);
      [first[at], last[at]] = search.span[k][d];
    }
  });
  const asked = room.map((cap, r) => (caps[r] > 0 ? price[r] / caps[r] : 0));
  const ahead = new Float64Array(size + 1);
  for (let r = 0; r < count; r++) ahead[size] += room[r] * asked[r];
  for (let m = size - 1; m >= 0; m--) {
    let top = -Infinity;
    for (let at = m * many; at < (m + 1) * many; at++) {
      let value = worth[at];
      for (let r = 0; r < count; r++) value -= takes[at * count + r] * asked[r];
      top = Math.max(top, value);
    }
    ahead[m] = ahead[m + 1] + top;
  }
  const tied = after.filter(([head]) => (set >>> head) & 1)
    .map(([head, needed]) => [head, needed.filter(([other]) => (set >>> other) & 1)])
    .filter(([, needed]) => needed.length);
  if (shared.held.length > KNOWN) shared.forget();
  const delays = new Int32Array(sim.many), way = [0];
  const used = (search.used ??= Array.from({ length: sim.many + 1 }, () => new Float64Array(count)));
  const jointly = (late) => chooser.joint(set, late, members, chooser.placesOf(set));
  let placed = 0, best = null, stated = null;
  const least = floor - easesMost - SLACK * Math.abs(floor);
  if (base + ahead[0] > least && !hopeless(0, base, least)) place(0, draws, base);
  return best && best.value >= floor ? best : null;

  // Whether it can keep all limits if each member takes its least of each, whenever it starts.
  function possible() {
    let held = null;
    for (let r = 0; r < room.length; r++) {
      const lowest = members.map((k) => search.lowest[r][k]);
      if (!lowest.some((use) => use > 0)) continue;
      if (members.reduce((sum, k, m) => sum + lowest[m] * (scaled[r] ? sim.means[k] * scale : 1), 0) > room[r]) return false;
      if (!scaled[r]) continue;
      held ??= new Uint8Array(draws).fill(1);
      for (let n = 0; n < draws; n++) {
        let taken = 0;
        for (let m = 0; m < members.length; m++) taken += lowest[m] * sim.cost[members[m]][n];
        if (taken > room[r]) held[n] = 0;
      }
    }
    return !held || share(held, Boolean) * draws >= enough;
  }

  function keepsOrder() {
    return tied.every(([head, needed]) => !((placed >>> head) & 1)
      || needed.some(([other, years]) => !((placed >>> other) & 1) || delays[head] >= delays[other] - years));
  }

  // Whether the rest cannot be worth enough, each in the best place that is still free for it.
  function hopeless(depth, value, needed) {
    const mine = used[depth];
    let most = value;
    for (let m = depth; m < size; m++) {
      let top = -Infinity;
      for (let at = m * many; at < (m + 1) * many; at++) {
        if (worth[at] <= top) continue;
        const to = last[at];
        let r = first[at];
        while (r < to && mine[r] + takes[at * count + r] <= room[r]) r++;
        if (r >= to) top = worth[at];
      }
      most += top;
    }
    return most <= needed;
  }

  function place(depth, held, value) {
    tried.places++;
    if (depth === size) {
      stated ??= jointly(new Int32Array(sim.many));
      const got = jointly(delays), gains = members.reduce((sum, k) => sum + chooser.eased[k][delays[k]], 0);
      const mine = Math.min(got - gains, stated);
      tried.weighed++;
      if (!best || mine > best.held + TIE * Math.max(Math.abs(mine), 1e-300)) {
        best = { held: mine, delays: delays.slice(), sure: held / draws, value: got };
      }
      return;
    }
    const member = order[depth], mine = used[depth], then = used[depth + 1];
    placed |= 1 << member;
    for (let d = 0; d < many; d++) {
      const at = depth * many + d;
      if (worth[at] === -Infinity) continue;
      let over = false, most = value + worth[at] + ahead[depth + 1];
      for (let r = 0; r < count; r++) {
        const take = mine[r] + takes[at * count + r];
        then[r] = take;
        most -= take * asked[r]; // at the prices of what is still free
        if (take > room[r]) over = true;
      }
      const needed = best ? Math.max(least, best.held) : least;
      if (over || most <= needed) continue;
      if (tried.places >= mostPlaces || tried.weighed >= Math.max(mostWeighed, FEW)) {
        tried.cut = true;
        break;
      }
      delays[member] = d;
      if (!keepsOrder() || hopeless(depth + 1, value + worth[at], needed)) continue;
      way[depth + 1] = shared.placed(way[depth], member, d);
      const left = shared.holding(way, depth + 1, order, delays);
      if (left >= enough) place(depth + 1, left, value + worth[at]);
    }
    delays[member] = 0;
    placed &= ~(1 << member);
  }
}

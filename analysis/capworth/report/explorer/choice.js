// The programme chosen on the stored simulations: set and starts together, over every allowed set.
//
// The same walk as capworth.methods.portfolio.confidence, the same values of sets as
// capworth.model.set_value, the same words as capworth.methods.portfolio.good_sets. A set is a whole
// number: bit k stands for the k-th improvement. No page is known here.

const TIE = 1e-12, ROOM = 1e-9, NODES = 10000, PLACES = 40000, FEWEST = 200, WEIGHED = 5000, FEW = 20, ONE = 1000, LIKELY = 1000;
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

  distances() {
    const { sim } = this;
    const found = sim.cost.map(() => new Float64Array(sim.draws));
    for (const [improvement, leaf, k] of sim.data.alone) {
      const points = sim.columns[k], weights = this.weights[leaf], column = found[improvement];
      for (let n = 0; n < sim.draws; n++) column[n] += points[n] * weights[n];
    }
    return found.map((column) => column.map((points) => points * (this.distance > 0 ? this.unit : 0)));
  }

  // What an improvement gains alone, so many years later than stated, by draw.
  own(k, delay, measure) {
    const left = this.sim.data.left[k][delay];
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
      const mean = meanOf(this.bonus(pair, this.measure));
      sets.forEach((set, row) => { if ((set >>> pair[0]) & 1 && (set >>> pair[1]) & 1) met[row] += mean; });
    }
    this.meetings().forEach((meeting, place) => {
      const bits = meeting.users.reduce((all, user) => all | (1 << user), 0), ways = new Map();
      for (let row = 0; row < count; row++) {
        const way = sets[row] & bits;
        if (!(way & (way - 1))) continue;
        if (!ways.has(way)) {
          const users = membersOf(way);
          ways.set(way, this.beyond(place, this.measure, users, users.map(() => 0)).mean);
        }
        met[row] += ways.get(way);
      }
    });
    this.bound = new Float64Array(count);
    for (let row = 0; row < count; row++) {
      let most = 0;
      for (let k = 0; k < many; k++) if ((sets[row] >>> k) & 1) most += this.most[k];
      this.bound[row] = most + Math.max(met[row], 0);
    }
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
    Object.assign(this, { chooser, sim, confidence, left: WEIGHED, places: PLACES, cut: false, at: new Map() });
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
    const { bound } = chooser;
    this.rows.sort((a, b) => bound[b] - bound[a] || sizeOf(sim.sets[a]) - sizeOf(sim.sets[b]) || a - b);
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
      const at = this.confidence ? this.totals(set).sort()[placeOf(this.confidence, this.sim.draws)] : mean;
      this.at.set(set, Math.max(at, mean));
    }
    return this.at.get(set);
  }

  // The best programme and those that are nearly as good; null where no set keeps the relations.
  *best(budget, near) {
    if (!this.rows.length) return null;
    const { sim, chooser } = this, room = budget * (1 + ROOM), found = [];
    const floorOf = (best) => (Number.isFinite(best) ? best - (near + TIE) * Math.abs(best) : -Infinity);
    Object.assign(this, { left: WEIGHED, places: PLACES, cut: false });
    let best = -Infinity;
    for (const row of this.rows) {
      if (this.least.get(row) > room) continue;
      const floor = floorOf(best);
      if (chooser.bound[row] < floor) break;
      const set = sim.sets[row], at = this.quantile(set);
      if (at > room) continue;
      const started = this.started(set, at, floor, chooser.bound[row]);
      yield;
      if (!started || started.value < floor) continue;
      found.push({ row, set, at, size: sizeOf(set), ...started });
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

  started(set, at, floor, bound) {
    const mean = this.mean(set), scale = mean > 0 ? Math.max(1, at / mean) : 1;
    const sum = (rows) => membersOf(set).reduce((total, k) => total + Math.max(...rows[k]), 0);
    const spare = Math.max(0, bound - sum(this.chooser.worth) - sum(this.chooser.eased));
    const tried = { places: 0, weighed: 0, cut: false };
    const found = starts(this, set, scale, floor, spare, Math.min(this.left, ONE), Math.max(FEWEST, Math.min(this.places, NODES)), tried);
    this.left -= tried.weighed;
    this.places -= tried.places;
    this.cut ||= tried.cut;
    return found;
  }
}

// Delays that lose least value; null where no starts keep every limit and reach the floor: see _starts.
function starts(search, set, scale, floor, spare, mostWeighed, mostPlaces, tried) {
  const { sim, chooser, confidence } = search, { opens, scaled, after, uses } = sim.data;
  const many = sim.delays, draws = sim.draws, enough = (confidence - ROOM) * draws;
  const members = membersOf(set), room = sim.data.caps.map((cap) => cap * (1 + ROOM));
  const days = Array.from({ length: many }, (_, d) => d);
  const planned = (k, d, r) => uses[r][k][d] * (scaled[r] ? sim.means[k] * scale : 1);
  const every = room.map((_, r) => r);
  if (!possible()) return null;

  const peak = new Map(members.map((k) => [k, Math.max(0, ...every.flatMap((r) => days.map((d) => planned(k, d, r))))]));
  const order = [...members].sort((a, b) => peak.get(b) - peak.get(a) || a - b);
  const rules = every.filter(binds), caps = Float64Array.from(rules, (r) => room[r]), count = rules.length;
  const takes = order.map((k) => days.map((d) => Float64Array.from(rules, (r) => planned(k, d, r))));
  const worth = order.map((k) => chooser.worth[k]);
  const tied = after.filter(([head]) => (set >>> head) & 1)
    .map(([head, needed]) => [head, needed.filter(([other]) => (set >>> other) & 1)])
    .filter(([, needed]) => needed.length);
  const sums = rules.map(() => new Float64Array(draws)), delays = new Int32Array(sim.many), placed = new Set();
  const places = chooser.placesOf(set);
  const jointly = () => chooser.joint(set, delays, members, places);
  const eases = () => members.reduce((sum, k) => sum + chooser.eased[k][delays[k]], 0);
  const easesMost = members.reduce((sum, k) => sum + Math.max(...chooser.eased[k]), 0);
  const stated = jointly(), apart = members.reduce((sum, k) => sum + chooser.worth[k][0], 0);
  const meets = chooser.falling && Math.abs(stated - apart) > TIE * Math.max(Math.abs(apart), 1e-300);
  let best = null;
  const start = new Float64Array(count);
  if (!hopeless(0, start, 0)) place(0, start, new Uint8Array(draws).fill(1), draws, 0);
  return best && best.value >= floor ? best : null;

  // Whether it can keep all limits if each member takes its least of each, whenever it starts.
  function possible() {
    const least = (k, r, take) => Math.min(...days.filter((d) => opens[k][d]).map((d) => take(k, d, r)));
    const held = new Uint8Array(draws).fill(1);
    for (const r of every) {
      if (members.reduce((sum, k) => sum + least(k, r, planned), 0) > room[r]) return false;
      const lowest = members.map((k) => least(k, r, (i, d) => uses[r][i][d]));
      if (!scaled[r] || !lowest.some((use) => use > 0)) continue;
      for (let n = 0; n < draws; n++) {
        let taken = 0;
        for (let m = 0; m < members.length; m++) taken += lowest[m] * sim.cost[members[m]][n];
        if (taken > room[r]) held[n] = 0;
      }
    }
    return share(held, Boolean) * draws >= enough;
  }

  // Whether it could break a limit, each member taking its most in its dearest draw.
  function binds(r) {
    return members.reduce((sum, k) => {
      const open = days.filter((d) => opens[k][d]), price = scaled[r] ? sim.dearest[k] : 1;
      const drawn = Math.max(0, ...open.map((d) => uses[r][k][d])) * price;
      return sum + Math.max(drawn, ...open.map((d) => planned(k, d, r)));
    }, 0) > room[r];
  }

  function keepsOrder() {
    return tied.every(([head, needed]) => !placed.has(head)
      || needed.some(([other, years]) => !placed.has(other) || delays[head] >= delays[other] - years));
  }

  // What the rest is worth at most, each in the best place that is still free for it.
  function mostOf(depth, used) {
    let total = 0;
    for (let m = depth; m < order.length; m++) {
      let top = -Infinity;
      for (let d = 0; d < many; d++) {
        if (worth[m][d] <= top) continue;
        let j = 0;
        while (j < count && used[j] + takes[m][d][j] <= caps[j]) j++;
        if (j === count) top = worth[m][d];
      }
      total += top;
    }
    return total;
  }

  function hopeless(depth, used, value) {
    const ahead = value + spare + mostOf(depth, used);
    if (ahead + easesMost < floor || (best && ahead <= best.held)) return true;
    if (!meets) return false;
    tried.weighed++;
    const together = jointly() - eases();
    return together + easesMost < floor || Boolean(best && together <= best.held);
  }

  function place(depth, used, held, kept, value) {
    tried.places++;
    if (depth === order.length) {
      const gains = eases(), got = jointly(), least = Math.min(got - gains, stated);
      tried.weighed++;
      if (!best || least > best.held + TIE * Math.max(Math.abs(least), 1e-300)) {
        best = { held: least, delays: delays.slice(), sure: kept / draws, value: got };
      }
      return;
    }
    const member = order[depth], cost = sim.cost[member];
    placed.add(member);
    for (let d = 0; d < many; d++) {
      if (worth[depth][d] === -Infinity) continue;
      const total = used.map((sum, j) => sum + takes[depth][d][j]);
      if (total.some((sum, j) => sum > caps[j])) continue;
      if (tried.places >= mostPlaces || tried.weighed >= Math.max(mostWeighed, FEW)) {
        tried.cut = true;
        break;
      }
      delays[member] = d;
      const then = value + worth[depth][d];
      if (!keepsOrder() || hopeless(depth + 1, total, then)) continue;
      const still = held.slice(), before = [];
      for (let j = 0; j < count; j++) {
        const use = uses[rules[j]][member][d];
        if (!use) continue;
        const column = sums[j], cap = caps[j], more = new Float64Array(draws), money = scaled[rules[j]];
        for (let n = 0; n < draws; n++) {
          more[n] = column[n] + (money ? cost[n] * use : use);
          if (more[n] > cap) still[n] = 0;
        }
        before.push([j, column]);
        sums[j] = more;
      }
      let left = 0;
      for (let n = 0; n < draws; n++) left += still[n];
      if (left >= enough) place(depth + 1, total, still, left, then);
      for (const [j, column] of before) sums[j] = column;
    }
    delays[member] = 0;
    placed.delete(member);
  }
}

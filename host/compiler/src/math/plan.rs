//! Pass 6: offsets of everything inside workspace pools.
//!
//! Several orders in which to place the buffers, each at its lowest free offset; then hill climbing over the orders, and for
//! few buffers an exact search. The best plan wins, the first of equals, so that the result depends on the model alone.

/// Something that needs memory during some layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Size in bytes.
    pub bytes: usize,
    /// Alignment, a power of two.
    pub align: usize,
    /// First layer that needs it.
    pub first: usize,
    /// Last layer that needs it.
    pub last: usize,
}

/// An output that may overlap an input which the same layer reads for the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Index of the request that ends.
    pub input: usize,
    /// Index of the request that begins in the same layer.
    pub output: usize,
    /// How many bytes before the input the output must start at least.
    pub lead: usize,
}

/// Where a request went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Index of the pool.
    pub pool: usize,
    /// Offset in bytes.
    pub offset: usize,
}

/// A memory plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// A place for each request.
    pub places: Vec<Place>,
    /// Bytes used of each pool.
    pub pool_bytes: Vec<usize>,
    /// The most bytes in use in one layer, with the shares that were taken: no plan can need less.
    pub bound: usize,
    /// The shares taken, as indices.
    pub shares: Vec<usize>,
    /// Which method found it.
    pub method: &'static str,
}

/// Not everything fits into pools of limited size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoesNotFit {
    /// What one pool would have to hold.
    pub needed: usize,
    /// Bytes left without a place by the best plan found.
    pub left_over: usize,
}

/// Plans memory for `requests` in pools of at most `limits` bytes (`None`: any size), the first ones preferred.
pub fn plan(requests: &[Request], shares: &[Share], limits: &[Option<usize>]) -> Result<Plan, DoesNotFit> {
    let choice = choose(requests, shares, limits);
    let groups = groups(requests, shares, &choice);
    let bound = bound(requests, &groups);
    let solution = Search { requests, groups: &groups, limits, bound }.best();
    if solution.cost[0] > 0 {
        let needed = plan(requests, shares, &[None]).map_or(0, |plan| plan.pool_bytes[0]);
        return Err(DoesNotFit { needed, left_over: solution.cost[0] });
    }
    let mut places = vec![Place::default(); requests.len()];
    for (group, place) in groups.iter().zip(&solution.places) {
        for &(member, at) in &group.members {
            places[member] = Place { offset: place.offset + at, ..*place };
        }
    }
    Ok(Plan { places, pool_bytes: solution.used, bound, shares: choice, method: solution.method })
}

/// Requests up to which choices of shares are tried.
const MAX_THOROUGH: usize = 400;
/// Groups up to which several orders are tried: time grows with the square of their number.
const MAX_SEVERAL: usize = 2_000;
/// Shares up to which taking each or leaving it is tried.
const MAX_TRIALS: usize = 64;
/// Groups up to which all orders are searched.
const MAX_EXACT: usize = 14;
/// Placements of one group that the exact search may try.
const MAX_PLACEMENTS: usize = 60_000;
/// Comparisons of two groups that hill climbing may spend, about.
const MAX_STEPS: usize = 1_000_000;

/// The shares to take: all that can be, but for those whose input blocks more by living on in its output than it saves.
fn choose(requests: &[Request], shares: &[Share], limits: &[Option<usize>]) -> Vec<usize> {
    let cost = |choice: &[usize]| {
        let groups = groups(requests, shares, choice);
        let search = Search { requests, groups: &groups, limits, bound: bound(requests, &groups) };
        search.by_heuristics().map(|(solution, _)| solution.cost).unwrap_or_default()
    };
    let mut choice = compatible(requests, shares);
    let mut best = cost(&choice);
    let trials = if shares.len() <= MAX_TRIALS && requests.len() <= MAX_THOROUGH { shares.len() } else { 0 };
    let mut improved = true;
    while improved {
        improved = false;
        for share in 0..trials {
            let mut other: Vec<usize> = choice.iter().copied().filter(|&taken| taken != share).collect();
            if other.len() == choice.len() {
                other.push(share);
                other.sort_unstable();
                let taken: Vec<Share> = other.iter().map(|&i| shares[i]).collect();
                if compatible(requests, &taken).len() != taken.len() {
                    continue;
                }
            }
            let found = cost(&other);
            if found < best {
                (best, choice, improved) = (found, other, true);
            }
        }
    }
    choice
}

/// Requests at fixed distances from each other, one after another in time.
#[derive(Debug, Clone, Default)]
struct Group {
    /// Requests, and where they start in the group.
    members: Vec<(usize, usize)>,
    bytes: usize,
    align: usize,
    first: usize,
    last: usize,
}

/// Shares that can be taken together: each request gives and takes at most once.
fn compatible(requests: &[Request], shares: &[Share]) -> Vec<usize> {
    let (mut gives, mut takes) = (vec![false; requests.len()], vec![false; requests.len()]);
    let mut chosen = Vec::new();
    for (i, share) in shares.iter().enumerate() {
        let fits = requests[share.input].last == requests[share.output].first && share.input != share.output;
        if fits && !gives[share.input] && !takes[share.output] {
            (gives[share.input], takes[share.output]) = (true, true);
            chosen.push(i);
        }
    }
    chosen
}

fn groups(requests: &[Request], shares: &[Share], chosen: &[usize]) -> Vec<Group> {
    let mut next = vec![None; requests.len()];
    let mut is_head = vec![true; requests.len()];
    for &i in chosen {
        next[shares[i].input] = Some((shares[i].output, shares[i].lead));
        is_head[shares[i].output] = false;
    }
    let mut groups = Vec::new();
    for head in (0..requests.len()).filter(|&i| is_head[i]) {
        let mut group = Group { align: 1, first: requests[head].first, ..Group::default() };
        let mut member = Some((head, 0usize));
        while let Some((i, lead)) = member {
            // Each output starts below its input: earlier members move up.
            let lead = lead.next_multiple_of(LEAD_ALIGN);
            group.members.iter_mut().for_each(|(_, at)| *at += lead);
            group.members.push((i, 0));
            group.align = group.align.max(requests[i].align);
            group.last = requests[i].last;
            member = next[i];
        }
        group.bytes = group.members.iter().map(|&(i, at)| at + requests[i].bytes).max().unwrap_or(0);
        groups.push(group);
    }
    groups
}

/// Leads are rounded up to this, so that members of a group keep the group's alignment.
const LEAD_ALIGN: usize = 16;

/// The most bytes in use in one layer; what two members of a group share counts once.
fn bound(requests: &[Request], groups: &[Group]) -> usize {
    let layers = requests.iter().map(|request| request.last + 1).max().unwrap_or(0);
    let mut alive = vec![0usize; layers];
    for group in groups {
        for (layer, alive) in alive.iter_mut().enumerate().take(group.last + 1).skip(group.first) {
            let members = group.members.iter().map(|&(i, at)| (&requests[i], at));
            let here = members.filter(|(r, _)| r.first <= layer && layer <= r.last);
            let (low, high) = here.fold((usize::MAX, 0), |(low, high), (r, at)| (low.min(at), high.max(at + r.bytes)));
            *alive += high.saturating_sub(low);
        }
    }
    alive.into_iter().max().unwrap_or(0)
}

/// One way to place all groups.
#[derive(Debug, Clone)]
struct Solution {
    places: Vec<Place>,
    used: Vec<usize>,
    /// Compared in this order: bytes without a place, then the bytes used of the least preferred pool, and so on.
    cost: Vec<usize>,
    method: &'static str,
}

struct Search<'a> {
    requests: &'a [Request],
    groups: &'a [Group],
    limits: &'a [Option<usize>],
    bound: usize,
}

impl Search<'_> {
    /// The best of the heuristics, with its order.
    fn by_heuristics(&self) -> Option<(Solution, Vec<usize>)> {
        let mut best: Option<(Solution, Vec<usize>)> = None;
        for (method, order) in self.orders() {
            let solution = self.place(&order, method);
            if best.as_ref().is_none_or(|(other, _)| solution.cost < other.cost) {
                best = Some((solution, order));
            }
            if self.is_optimal(best.as_ref().map(|(solution, _)| solution)) {
                break;
            }
        }
        best
    }

    fn best(&self) -> Solution {
        let nothing = || (self.place(&[], "nothing to place"), Vec::new());
        let (mut solution, order) = self.by_heuristics().unwrap_or_else(nothing);
        if !self.is_optimal(Some(&solution)) {
            self.climb(&mut solution, order);
        }
        if !self.is_optimal(Some(&solution)) && self.groups.len() <= MAX_EXACT && self.limits.len() == 1 {
            self.exact(&mut solution);
        }
        solution
    }

    fn is_optimal(&self, solution: Option<&Solution>) -> bool {
        solution
            .is_some_and(|solution| self.limits.len() == 1 && solution.cost[0] == 0 && solution.used[0] <= self.bound)
    }

    /// The orders of the heuristics.
    fn orders(&self) -> Vec<(&'static str, Vec<usize>)> {
        let by = |key: &dyn Fn(&Group) -> usize| {
            let mut order: Vec<usize> = (0..self.groups.len()).collect();
            order.sort_by_key(|&i| std::cmp::Reverse(key(&self.groups[i])));
            order
        };
        let lifetime = |group: &Group| group.last - group.first + 1;
        let conflicts = |group: &Group| {
            self.groups
                .iter()
                .filter(|other| other.first <= group.last && group.first <= other.last)
                .map(|o| o.bytes)
                .sum()
        };
        let by_size = ("greedy by size", by(&|group| group.bytes));
        if self.groups.len() > MAX_SEVERAL {
            return vec![by_size];
        }
        vec![
            by_size,
            ("greedy by lifetime", by(&lifetime)),
            ("greedy by size and lifetime", by(&|group| group.bytes.saturating_mul(lifetime(group)))),
            ("greedy by conflicts", by(&conflicts)),
            ("in order of execution", by(&|group| usize::MAX - group.first)),
        ]
    }

    /// Places groups in this order, each in the first pool with room, at the lowest free offset.
    fn place(&self, order: &[usize], method: &'static str) -> Solution {
        let mut places: Vec<Option<Place>> = vec![None; self.groups.len()];
        let mut used = vec![0usize; self.limits.len()];
        let mut left_over = 0;
        for &i in order {
            let group = &self.groups[i];
            let found = (0..self.limits.len()).find_map(|pool| {
                let offset = self.lowest_offset(group, &places, pool);
                let end = offset + group.bytes;
                self.limits[pool].is_none_or(|limit| end <= limit).then_some((Place { pool, offset }, end))
            });
            match found {
                Some((place, end)) => {
                    used[place.pool] = used[place.pool].max(end);
                    places[i] = Some(place);
                }
                None => left_over += group.bytes,
            }
        }
        let mut cost = vec![left_over];
        cost.extend(used.iter().rev());
        let places = places.into_iter().map(Option::unwrap_or_default).collect();
        Solution { places, used, cost, method }
    }

    fn lowest_offset(&self, group: &Group, places: &[Option<Place>], pool: usize) -> usize {
        // Start addresses that some neighbour in time forbids, as half-open ranges.
        let mut forbidden: Vec<(usize, usize)> = Vec::new();
        for (other, place) in self.groups.iter().zip(places) {
            let Some(place) = place.filter(|place| place.pool == pool) else { continue };
            if other.last < group.first || group.last < other.first {
                continue;
            }
            for (a, at) in group.members.iter().map(|&(i, at)| (&self.requests[i], at)) {
                for (b, other_at) in other.members.iter().map(|&(i, at)| (&self.requests[i], at)) {
                    if a.first <= b.last && b.first <= a.last {
                        let start = place.offset + other_at;
                        forbidden
                            .push(((start + 1).saturating_sub(a.bytes + at), (start + b.bytes).saturating_sub(at)));
                    }
                }
            }
        }
        forbidden.sort_unstable();
        let mut offset = 0usize;
        for (start, end) in forbidden {
            if offset < start {
                break;
            }
            offset = offset.max(end.next_multiple_of(group.align));
        }
        offset
    }

    /// Exchanges entries in the order, adjacent or not, as long as the plan gets no worse.
    fn climb(&self, best: &mut Solution, mut order: Vec<usize>) {
        let count = order.len();
        if count < 2 {
            return;
        }
        // A fixed sequence of pseudo-random numbers (xorshift): plans must not differ from run to run.
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut random = |limit: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % limit as u64) as usize
        };
        let mut cost = best.cost.clone();
        for _ in 0..MAX_STEPS / count.saturating_pow(2) {
            let (a, b) = (random(count), random(count));
            order.swap(a, b);
            let solution = self.place(&order, "hill climbing");
            if solution.cost > cost {
                order.swap(a, b);
                continue;
            }
            cost.clone_from(&solution.cost);
            if solution.cost < best.cost {
                *best = solution;
            }
            if self.is_optimal(Some(best)) {
                return;
            }
        }
    }

    /// Tries all orders, leaving out those that can't beat the best plan known.
    fn exact(&self, best: &mut Solution) {
        let mut placements = 0;
        self.extend(best, &mut Vec::new(), &mut vec![None; self.groups.len()], 0, &mut placements);
    }

    fn extend(
        &self,
        best: &mut Solution,
        order: &mut Vec<usize>,
        places: &mut Vec<Option<Place>>,
        used: usize,
        placements: &mut usize,
    ) {
        if order.len() == self.groups.len() {
            if used < best.used[0] {
                *best = self.place(order, "exact search");
            }
            return;
        }
        for i in 0..self.groups.len() {
            if places[i].is_some() || *placements >= MAX_PLACEMENTS || self.is_optimal(Some(best)) {
                continue;
            }
            *placements += 1;
            let offset = self.lowest_offset(&self.groups[i], places, 0);
            let end = used.max(offset + self.groups[i].bytes);
            if end >= best.used[0] && best.cost[0] == 0 || self.limits[0].is_some_and(|limit| end > limit) {
                continue;
            }
            places[i] = Some(Place { pool: 0, offset });
            order.push(i);
            self.extend(best, order, places, end, placements);
            order.pop();
            places[i] = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(bytes: usize, first: usize, last: usize) -> Request {
        Request { bytes, align: 4, first, last }
    }

    /// No two requests in use at once overlap, but for taken shares.
    fn assert_valid(requests: &[Request], shares: &[Share], plan: &Plan) {
        for (i, a) in requests.iter().enumerate() {
            let place = plan.places[i];
            assert_eq!(place.offset % a.align, 0);
            assert!(place.offset + a.bytes <= plan.pool_bytes[place.pool]);
            for (j, b) in requests.iter().enumerate().skip(i + 1) {
                let other = plan.places[j];
                let shared = plan.shares.iter().map(|&s| shares[s]).any(|share| {
                    let leads = plan.places[share.output].offset + share.lead <= plan.places[share.input].offset;
                    [(i, j), (j, i)].contains(&(share.input, share.output)) && leads
                });
                let apart = a.last < b.first
                    || b.last < a.first
                    || place.pool != other.pool
                    || place.offset + a.bytes <= other.offset
                    || other.offset + b.bytes <= place.offset;
                assert!(apart || shared, "{i} and {j} overlap");
            }
        }
    }

    #[test]
    fn a_chain_needs_its_largest_pair() {
        let requests = [request(100, 0, 1), request(200, 1, 2), request(48, 2, 3), request(300, 3, 4)];
        let plan = plan(&requests, &[], &[None]).unwrap();
        assert_valid(&requests, &[], &plan);
        assert_eq!(plan.pool_bytes, [348]);
    }

    #[test]
    fn an_output_may_take_its_inputs_place() {
        let requests = [request(64, 0, 1), request(64, 1, 2)];
        let shares = [Share { input: 0, output: 1, lead: 0 }];
        let plan = plan(&requests, &shares, &[None]).unwrap();
        assert_eq!((plan.pool_bytes[0], plan.shares.len()), (64, 1));
    }

    #[test]
    fn an_output_may_start_a_little_before_its_input() {
        let requests = [request(1000, 0, 1), request(1000, 1, 2)];
        let shares = [Share { input: 0, output: 1, lead: 60 }];
        let plan = plan(&requests, &shares, &[None]).unwrap();
        assert_valid(&requests, &shares, &plan);
        assert_eq!(plan.pool_bytes[0], 1064);
    }

    #[test]
    fn what_does_not_fit_goes_to_the_next_pool() {
        let requests = [request(64, 0, 1), request(64, 1, 2)];
        let fits = plan(&requests, &[], &[Some(64), Some(100)]).unwrap();
        assert_valid(&requests, &[], &fits);
        assert_eq!(fits.pool_bytes, [64, 64]);
        let error = plan(&requests, &[], &[Some(64), Some(63)]).unwrap_err();
        assert_eq!(error, DoesNotFit { needed: 128, left_over: 64 });
    }

    #[test]
    fn random_plans_are_valid_and_near_the_bound() {
        let mut state = 7u64;
        let mut random = |limit: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % limit) as usize
        };
        for _ in 0..60 {
            let count = 3 + random(12);
            let requests: Vec<Request> =
                (0..count).map(|i| request(4 * (1 + random(100)), i, (i + 1 + random(3)).min(count))).collect();
            let shares: Vec<Share> = (0..count - 1)
                .filter(|&i| requests[i].last == i + 1)
                .map(|i| Share { input: i, output: i + 1, lead: 40 * (i % 3) })
                .collect();
            let plan = plan(&requests, &shares, &[None]).unwrap();
            assert_valid(&requests, &shares, &plan);
            assert!(plan.pool_bytes[0] * 10 <= plan.bound * 13, "{} for {}", plan.pool_bytes[0], plan.bound);
        }
    }

    #[test]
    fn an_empty_plan_needs_no_memory() {
        assert_eq!(plan(&[], &[], &[None]).unwrap().pool_bytes, [0]);
    }
}

//! Pass 6: offsets of everything inside workspace pools.
//!
//! Several orders in which to place the buffers, each at its lowest free offset; then hill climbing over the orders, and for
//! few buffers an exact search. The best plan wins, the first of equals, so that the result depends on the model alone.

/// Something that needs memory during some layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Size in bytes.
    pub bytes: usize,
    /// Alignment, a power of two.
    pub align: usize,
    /// When which of its bytes are in use. What lies in no piece is not needed.
    pub pieces: Vec<Piece>,
}

/// Some bytes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Where they begin.
    pub at: usize,
    /// How many.
    pub bytes: usize,
    /// First layer that needs them.
    pub first: usize,
    /// Last layer that needs them.
    pub last: usize,
}

impl Piece {
    /// Whether a byte of one is needed while the same byte of the other is, the other `by` bytes further on.
    fn meets(&self, other: &Piece, by: i64) -> bool {
        let (start, other_start) = (self.at as i64, other.at as i64 + by);
        let apart = start + self.bytes as i64 <= other_start || other_start + other.bytes as i64 <= start;
        self.first <= other.last && other.first <= self.last && !apart
    }
}

impl Request {
    /// Bytes that are needed in the same layers.
    pub fn new(bytes: usize, align: usize, first: usize, last: usize) -> Self {
        Request { bytes, align, pieces: vec![Piece { at: 0, bytes, first, last }] }
    }
}

/// A tensor's bytes in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes {
    /// Index of the request.
    pub request: usize,
    /// Where they begin in it.
    pub at: usize,
    /// How many.
    pub bytes: usize,
}

/// An output that may overlap an input which the same layer reads for the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The layer.
    pub layer: usize,
    /// Bytes that no later layer needs.
    pub input: Bytes,
    /// Bytes that no earlier layer needs.
    pub output: Bytes,
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
    let bound = bound(&groups);
    let solution = Search { groups: &groups, limits, bound }.best();
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
        let search = Search { groups: &groups, limits, bound: bound(&groups) };
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

/// Requests at fixed distances from each other.
#[derive(Debug, Clone, Default)]
struct Group {
    /// Requests, and where they start in the group.
    members: Vec<(usize, usize)>,
    /// The pieces of all of them, each with its request.
    pieces: Vec<(usize, Piece)>,
    bytes: usize,
    align: usize,
    first: usize,
    last: usize,
}

/// Shares that can be taken together, earlier ones preferred.
fn compatible(requests: &[Request], shares: &[Share]) -> Vec<usize> {
    let mut joined = Joined::new(requests);
    (0..shares.len()).filter(|&i| joined.take(&shares[i])).collect()
}

fn groups(requests: &[Request], shares: &[Share], chosen: &[usize]) -> Vec<Group> {
    let mut joined = Joined::new(requests);
    for &i in chosen {
        joined.take(&shares[i]);
    }
    joined.groups.into_iter().flatten().collect()
}

/// Groups that grow by shares.
struct Joined<'a> {
    requests: &'a [Request],
    /// `None` where a group became part of another.
    groups: Vec<Option<Group>>,
    /// For each request, its group and where it starts there.
    of_request: Vec<(usize, usize)>,
}

impl<'a> Joined<'a> {
    fn new(requests: &'a [Request]) -> Self {
        let group = |(i, request): (usize, &Request)| {
            Some(Group {
                members: vec![(i, 0)],
                pieces: request.pieces.iter().map(|&piece| (i, piece)).collect(),
                bytes: request.bytes,
                align: request.align,
                first: request.pieces.iter().map(|piece| piece.first).min().unwrap_or(0),
                last: request.pieces.iter().map(|piece| piece.last).max().unwrap_or(0),
            })
        };
        let groups = requests.iter().enumerate().map(group).collect();
        Joined { requests, groups, of_request: (0..requests.len()).map(|i| (i, 0)).collect() }
    }

    /// Puts the output's group where the share wants it; false where other bytes are in the way.
    fn take(&mut self, share: &Share) -> bool {
        let ((a, input_at), (b, output_at)) =
            (self.of_request[share.input.request], self.of_request[share.output.request]);
        let (Some(before), Some(after)) = (&self.groups[a], &self.groups[b]) else { return false };
        if a == b {
            return false;
        }
        // How much further on the output's group begins. Where it need not be exact, members keep the group's alignment.
        let exact = (input_at + share.input.at) as i64 - (output_at + share.output.at) as i64;
        let by = if share.lead == 0 { exact } else { (exact - share.lead as i64).div_euclid(LEAD_ALIGN) * LEAD_ALIGN };
        if by.rem_euclid(before.align.max(after.align) as i64) != 0 {
            return false;
        }
        // The one pair of bytes that may overlap, in the one layer.
        let of = |request: usize, piece: &Piece, bytes: &Bytes, at: usize| {
            request == bytes.request
                && bytes.at + at <= piece.at
                && piece.at + piece.bytes <= bytes.at + at + bytes.bytes
        };
        let blocked = before.pieces.iter().any(|(i, x)| {
            after.pieces.iter().any(|(j, y)| {
                let allowed = (x.last, y.first) == (share.layer, share.layer)
                    && of(*i, x, &share.input, input_at)
                    && of(*j, y, &share.output, output_at);
                x.meets(y, by) && !allowed
            })
        });
        if blocked {
            return false;
        }
        self.join(a, b, by);
        true
    }

    /// Makes two groups one, the second `by` bytes further on.
    fn join(&mut self, a: usize, b: usize, by: i64) {
        let (Some(mut one), Some(mut other)) = (self.groups[a].take(), self.groups[b].take()) else { return };
        let (up, other_up) = ((-by).max(0) as usize, by.max(0) as usize);
        let raise = |group: &mut Group, up: usize| {
            group.members.iter_mut().for_each(|(_, at)| *at += up);
            group.pieces.iter_mut().for_each(|(_, piece)| piece.at += up);
            group.bytes += up;
        };
        raise(&mut one, up);
        raise(&mut other, other_up);
        one.bytes = one.bytes.max(other.bytes);
        one.align = one.align.max(other.align);
        (one.first, one.last) = (one.first.min(other.first), one.last.max(other.last));
        one.members.append(&mut other.members);
        one.pieces.append(&mut other.pieces);
        one.members.iter().for_each(|&(member, at)| self.of_request[member] = (a, at));
        debug_assert!(one.members.iter().all(|&(member, at)| at + self.requests[member].bytes <= one.bytes));
        self.groups[a] = Some(one);
    }
}

/// Leads are rounded up to this, so that members of a group keep the group's alignment.
const LEAD_ALIGN: i64 = 16;

/// The most bytes in use in one layer; what two members of a group share counts once.
fn bound(groups: &[Group]) -> usize {
    let layers = groups.iter().map(|group| group.last + 1).max().unwrap_or(0);
    let mut alive = vec![0usize; layers];
    for group in groups {
        for (layer, alive) in alive.iter_mut().enumerate().take(group.last + 1).skip(group.first) {
            let here = group.pieces.iter().filter(|(_, piece)| piece.first <= layer && layer <= piece.last);
            let mut ranges: Vec<(usize, usize)> = here.map(|(_, piece)| (piece.at, piece.at + piece.bytes)).collect();
            ranges.sort_unstable();
            let mut covered = 0;
            for (start, end) in ranges {
                *alive += end.saturating_sub(start.max(covered));
                covered = covered.max(end);
            }
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
            for (_, a) in &group.pieces {
                for (_, b) in other.pieces.iter().filter(|(_, b)| a.first <= b.last && b.first <= a.last) {
                    let start = place.offset + b.at;
                    forbidden
                        .push(((start + 1).saturating_sub(a.bytes + a.at), (start + b.bytes).saturating_sub(a.at)));
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
        Request::new(bytes, 4, first, last)
    }

    /// A share of all bytes.
    fn share(requests: &[Request], layer: usize, input: usize, output: usize, lead: usize) -> Share {
        let all = |request: usize| Bytes { request, at: 0, bytes: requests[request].bytes };
        Share { layer, input: all(input), output: all(output), lead }
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
                    let (input, output) = (share.input, share.output);
                    let leads = plan.places[output.request].offset + output.at + share.lead
                        <= plan.places[input.request].offset + input.at;
                    [(i, j), (j, i)].contains(&(input.request, output.request)) && leads
                });
                let by = other.offset as i64 - place.offset as i64;
                let meet = a.pieces.iter().any(|x| b.pieces.iter().any(|y| x.meets(y, by)));
                let apart = place.pool != other.pool || !meet;
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
        let shares = [share(&requests, 1, 0, 1, 0)];
        let plan = plan(&requests, &shares, &[None]).unwrap();
        assert_eq!((plan.pool_bytes[0], plan.shares.len()), (64, 1));
    }

    #[test]
    fn an_output_may_start_a_little_before_its_input() {
        let requests = [request(1000, 0, 1), request(1000, 1, 2)];
        let shares = [share(&requests, 1, 0, 1, 60)];
        let plan = plan(&requests, &shares, &[None]).unwrap();
        assert_valid(&requests, &shares, &plan);
        assert_eq!(plan.pool_bytes[0], 1064);
    }

    #[test]
    fn bytes_that_are_not_needed_any_more_are_given_away() {
        // Of 100 bytes the first 60 are read once; the rest stays until another 60 were written.
        let pieces = [Piece { at: 0, bytes: 60, first: 0, last: 1 }, Piece { at: 60, bytes: 40, first: 0, last: 3 }];
        let requests = [Request { bytes: 100, align: 4, pieces: pieces.to_vec() }, request(60, 2, 3)];
        let plan = plan(&requests, &[], &[None]).unwrap();
        assert_valid(&requests, &[], &plan);
        assert_eq!((plan.pool_bytes[0], plan.bound), (100, 100));
    }

    #[test]
    fn two_outputs_take_the_places_of_their_inputs_in_one_buffer() {
        // Two parts of 32 bytes, written by two layers over inputs of the same size, then read as one.
        let pieces = [Piece { at: 0, bytes: 32, first: 1, last: 3 }, Piece { at: 32, bytes: 32, first: 2, last: 3 }];
        let whole = Request { bytes: 64, align: 4, pieces: pieces.to_vec() };
        let requests = [request(32, 0, 1), request(32, 0, 2), whole];
        let part = |at| Bytes { request: 2, at, bytes: 32 };
        let shares = [
            Share { output: part(0), ..share(&requests, 1, 0, 2, 0) },
            Share { output: part(32), ..share(&requests, 2, 1, 2, 0) },
        ];
        let plan = plan(&requests, &shares, &[None]).unwrap();
        assert_eq!((plan.pool_bytes[0], plan.shares.len()), (64, 2));
    }

    #[test]
    fn one_of_two_inputs_gives_its_place() {
        let requests = [request(8, 0, 0), request(8, 0, 0), request(8, 0, 1)];
        let shares = [share(&requests, 0, 0, 2, 0), share(&requests, 0, 1, 2, 0)];
        let plan = plan(&requests, &shares, &[None]).unwrap();
        assert_valid(&requests, &shares, &plan);
        assert_eq!((plan.pool_bytes[0], &*plan.shares), (16, &[0][..]));
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
                .filter(|&i| requests[i].pieces[0].last == i + 1)
                .map(|i| share(&requests, i + 1, i, i + 1, 40 * (i % 3)))
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

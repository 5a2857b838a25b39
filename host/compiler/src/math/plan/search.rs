//! The order in which groups are placed: heuristics, hill climbing, and for few groups an exact search.

use super::groups::Group;
use super::request::Place;

/// Groups up to which several orders are tried: time grows with the square of their number.
const MAX_SEVERAL: usize = 2_000;
/// Groups up to which all orders are searched.
const MAX_EXACT: usize = 14;
/// Number of placements that the exact search may try.
const MAX_PLACEMENTS: usize = 60_000;
/// Approximate number of comparisons of two groups that hill climbing may use.
const MAX_STEPS: usize = 1_000_000;

/// One way to place all groups.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    pub(super) places: Vec<Place>,
    pub(super) used: Vec<usize>,
    /// Compared in this order: bytes without a place, then the bytes used of the least preferred pool, and so on.
    pub(super) cost: Vec<usize>,
    pub(super) method: &'static str,
}

/// Placed groups, by the layers in which they are in use, so that each is compared with few others.
struct Placed {
    /// For each layer, the groups in use there.
    alive: Vec<Vec<usize>>,
    /// For each layer, the groups that are first in use there.
    first: Vec<Vec<usize>>,
}

impl Placed {
    fn new(groups: &[Group]) -> Self {
        let layers = groups.iter().map(|group| group.last + 1).max().unwrap_or(0);
        Placed { alive: vec![Vec::new(); layers], first: vec![Vec::new(); layers] }
    }

    fn add(&mut self, i: usize, group: &Group) {
        self.alive[group.first..=group.last].iter_mut().for_each(|alive| alive.push(i));
        self.first[group.first].push(i);
    }

    /// Groups that are in use when this one is, each once.
    fn beside(&self, group: &Group) -> impl Iterator<Item = usize> {
        let later = self.first[group.first..=group.last].iter().skip(1).flatten();
        self.alive[group.first].iter().chain(later).copied()
    }
}

/// The search for an order in which groups are placed.
pub(super) struct Search<'a> {
    pub(super) groups: &'a [Group],
    pub(super) limits: &'a [Option<usize>],
    pub(super) bound: usize,
}

impl Search<'_> {
    /// The best of the heuristics, with its order.
    pub(super) fn by_heuristics(&self) -> Option<(Solution, Vec<usize>)> {
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

    /// The best plan that is found.
    pub(super) fn best(&self) -> Solution {
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
        let mut placed = Placed::new(self.groups);
        let mut used = vec![0usize; self.limits.len()];
        let mut left_over = 0;
        for &i in order {
            let group = &self.groups[i];
            let found = (0..self.limits.len()).find_map(|pool| {
                let offset = self.lowest_offset(group, &places, placed.beside(group), pool);
                let end = offset + group.bytes;
                self.limits[pool].is_none_or(|limit| end <= limit).then_some((Place { pool, offset }, end))
            });
            match found {
                Some((place, end)) => {
                    used[place.pool] = used[place.pool].max(end);
                    places[i] = Some(place);
                    placed.add(i, group);
                }
                None => left_over += group.bytes,
            }
        }
        let mut cost = vec![left_over];
        cost.extend(used.iter().rev());
        let places = places.into_iter().map(Option::unwrap_or_default).collect();
        Solution { places, used, cost, method }
    }

    /// `others` are groups that may be in use together with this one; those without a place don't count.
    fn lowest_offset(
        &self,
        group: &Group,
        places: &[Option<Place>],
        others: impl Iterator<Item = usize>,
        pool: usize,
    ) -> usize {
        // Start addresses forbidden by groups in use at the same time, as half-open ranges.
        let mut forbidden: Vec<(usize, usize)> = Vec::new();
        for (other, place) in others.map(|i| (&self.groups[i], places[i])) {
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

    /// Exchanges entries in the order, adjacent or not, and keeps each exchange that makes the plan no worse.
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

    /// Tries all orders, except those that can't be better than the best plan known.
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
            let offset = self.lowest_offset(&self.groups[i], places, 0..places.len(), 0);
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

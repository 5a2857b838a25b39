//! Pass 6: offsets of everything inside workspace pools.
//!
//! Several orders in which to place the buffers, each at its lowest free offset; then hill climbing over the orders, and for
//! few buffers an exact search. The best plan is used, the first of equal ones, so that the result depends only on the model.

mod groups;
mod request;
mod search;

use groups::{bound, compatible, groups};
pub use request::{Bytes, Place, Request, Share};
use search::Search;

/// A memory plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// A place for each request.
    pub places: Vec<Place>,
    /// Bytes used of each pool.
    pub pool_bytes: Vec<usize>,
    /// The most bytes in use in one layer, with the shares that were used: no plan can need less.
    pub bound: usize,
    /// The shares used, as indices.
    pub shares: Vec<usize>,
    /// Which method found it.
    pub method: &'static str,
}

/// The error if not everything fits into pools of limited size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoesNotFit {
    /// Bytes that a single pool would need.
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
/// Shares up to which using each or not is tried.
const MAX_TRIALS: usize = 64;

/// The shares to use: all that are possible, except those that block more memory than they save.
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

#[cfg(test)]
mod tests;

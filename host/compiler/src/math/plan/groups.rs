//! Requests at fixed distances from each other, because one overwrites another.

use super::request::{Bytes, Request, Share};
use crate::ir::schedule::Piece;

/// Requests at fixed distances from each other.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// Requests, and where they start in the group.
    pub(super) members: Vec<(usize, usize)>,
    /// The pieces of all of them, each with its request, by the layer that needs them last.
    pub(super) pieces: Vec<(usize, Piece)>,
    pub(super) bytes: usize,
    pub(super) align: usize,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// Shares that can be used together, earlier ones preferred.
pub(super) fn compatible(requests: &[Request], shares: &[Share]) -> Vec<usize> {
    let mut joined = Joined::new(requests);
    (0..shares.len()).filter(|&i| joined.take(&shares[i])).collect()
}

pub(super) fn groups(requests: &[Request], shares: &[Share], chosen: &[usize]) -> Vec<Group> {
    let mut joined = Joined::new(requests);
    for &i in chosen {
        joined.take(&shares[i]);
    }
    joined.groups.into_iter().flatten().collect()
}

/// Groups that grow as shares are used.
struct Joined<'a> {
    requests: &'a [Request],
    /// `None` if a group became part of another.
    groups: Vec<Option<Group>>,
    /// For each request, its group and where it starts there.
    of_request: Vec<(usize, usize)>,
}

impl<'a> Joined<'a> {
    fn new(requests: &'a [Request]) -> Self {
        let group = |(i, request): (usize, &Request)| {
            Some(Group {
                members: vec![(i, 0)],
                pieces: by_end(request.pieces.iter().map(|&piece| (i, piece)).collect()),
                bytes: request.bytes,
                align: request.align,
                first: request.pieces.iter().map(|piece| piece.first).min().unwrap_or(0),
                last: request.pieces.iter().map(|piece| piece.last).max().unwrap_or(0),
            })
        };
        let groups = requests.iter().enumerate().map(group).collect();
        Joined { requests, groups, of_request: (0..requests.len()).map(|i| (i, 0)).collect() }
    }

    /// Places the output's group as the share requires; false if other bytes are in the way.
    fn take(&mut self, share: &Share) -> bool {
        let ((a, input_at), (b, output_at)) =
            (self.of_request[share.input.request], self.of_request[share.output.request]);
        let (Some(before), Some(after)) = (&self.groups[a], &self.groups[b]) else { return false };
        if a == b {
            return false;
        }
        // Distance from the input's group to the output's. Where it need not be exact, members keep the group's alignment.
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
        // Only the last pieces of a group that grows from layer to layer.
        let late = before.pieces.partition_point(|(_, piece)| piece.last < after.first);
        let blocked = before.pieces[late..].iter().any(|(i, x)| {
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

    /// Merges two groups, the second one `by` bytes later.
    fn join(&mut self, a: usize, b: usize, by: i64) {
        let (Some(mut one), Some(mut other)) = (self.groups[a].take(), self.groups[b].take()) else { return };
        let (up, other_up) = ((-by).max(0) as usize, by.max(0) as usize);
        let raise = |group: &mut Group, up: usize| {
            if up == 0 {
                return;
            }
            group.members.iter_mut().for_each(|(_, at)| *at += up);
            group.pieces.iter_mut().for_each(|(_, piece)| piece.at += up);
            group.bytes += up;
        };
        raise(&mut one, up);
        raise(&mut other, other_up);
        one.bytes = one.bytes.max(other.bytes);
        one.align = one.align.max(other.align);
        (one.first, one.last) = (one.first.min(other.first), one.last.max(other.last));
        // Members that stay in place are already recorded.
        let moved = if up > 0 { 0 } else { one.members.len() };
        one.members.append(&mut other.members);
        one.members[moved..].iter().for_each(|&(member, at)| self.of_request[member] = (a, at));
        let in_order = one.pieces.last().zip(other.pieces.first()).is_none_or(|((_, x), (_, y))| x.last <= y.last);
        one.pieces.append(&mut other.pieces);
        if !in_order {
            one.pieces = by_end(one.pieces);
        }
        debug_assert!(one.members[moved..].iter().all(|&(member, at)| at + self.requests[member].bytes <= one.bytes));
        self.groups[a] = Some(one);
    }
}

/// Pieces by their last layers.
fn by_end(mut pieces: Vec<(usize, Piece)>) -> Vec<(usize, Piece)> {
    pieces.sort_by_key(|(_, piece)| piece.last);
    pieces
}

/// Leads are rounded up to this, so that members of a group keep the group's alignment.
const LEAD_ALIGN: i64 = 16;

/// The most bytes in use in one layer; bytes that two members of a group share count once.
pub(super) fn bound(groups: &[Group]) -> usize {
    let layers = groups.iter().map(|group| group.last + 1).max().unwrap_or(0);
    let mut alive = vec![0usize; layers];
    for group in groups {
        let mut starts: Vec<&Piece> = group.pieces.iter().map(|(_, piece)| piece).collect();
        starts.sort_unstable_by_key(|piece| piece.first);
        let (mut starts, mut here) = (starts.into_iter().peekable(), Vec::new());
        for (layer, alive) in alive.iter_mut().enumerate().take(group.last + 1).skip(group.first) {
            here.retain(|piece: &&Piece| layer <= piece.last);
            here.extend(std::iter::from_fn(|| starts.next_if(|piece| piece.first <= layer)));
            let mut ranges: Vec<(usize, usize)> = here.iter().map(|piece| (piece.at, piece.at + piece.bytes)).collect();
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

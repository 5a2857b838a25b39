//! Plans of small and of random requests.

use super::*;
use crate::ir::schedule::Piece;

fn request(bytes: usize, first: usize, last: usize) -> Request {
    Request::new(bytes, 4, first, last)
}

/// A share of all bytes.
fn share(requests: &[Request], layer: usize, input: usize, output: usize, lead: usize) -> Share {
    let all = |request: usize| Bytes { request, at: 0, bytes: requests[request].bytes };
    Share { layer, input: all(input), output: all(output), lead }
}

/// No two requests in use at once overlap, except by shares that are used.
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
fn an_output_may_overwrite_its_input() {
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
fn bytes_no_longer_needed_are_reused() {
    // Of 100 bytes the first 60 are read once; the rest is needed until another 60 are written.
    let pieces = [Piece { at: 0, bytes: 60, first: 0, last: 1 }, Piece { at: 60, bytes: 40, first: 0, last: 3 }];
    let requests = [Request { bytes: 100, align: 4, pieces: pieces.to_vec() }, request(60, 2, 3)];
    let plan = plan(&requests, &[], &[None]).unwrap();
    assert_valid(&requests, &[], &plan);
    assert_eq!((plan.pool_bytes[0], plan.bound), (100, 100));
}

#[test]
fn two_outputs_overwrite_their_inputs_in_one_buffer() {
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
fn one_of_two_inputs_is_overwritten() {
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

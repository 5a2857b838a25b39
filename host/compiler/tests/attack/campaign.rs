//! A run: workers that each read from a Python process and check batch after batch.

use crate::batch;
use crate::record::Record;
use crate::tally::{Tally, kind_of};
use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Models in one C program.
const BATCH: usize = 64;

/// Models that one Python process makes: it takes half a second to start.
const CHUNK: u64 = 256;

/// Maximum number of kinds of differences that are reported in full, one of each.
const REPORTED: usize = 10;

/// What to draw and how many.
pub struct Campaign {
    /// The word for `attack.py`.
    pub what: &'static str,
    /// Default number of models.
    pub count: u64,
    /// Of those that the interpreter runs, at least this share must be accepted: otherwise the campaign tests too little.
    pub least_accepted: f64,
    /// This number of kinds must each have this number of output bytes compared; checked for the default count or more.
    pub kinds: (usize, usize),
}

/// Runs a campaign and panics with what is wrong.
pub fn campaign(campaign: &Campaign) {
    let number = |name: &str| std::env::var(format!("TVM_EMBEDDED_ATTACK_{name}")).ok().and_then(|n| n.parse().ok());
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.as_micros() as u64 % 1_000_000_007);
    let (seed, count) = (number("SEED").unwrap_or_else(clock), number("COUNT").unwrap_or(campaign.count));
    let first = number("FIRST").unwrap_or(0);
    if !environment() {
        return;
    }
    println!("{}: seed {seed}, {count} models", campaign.what);
    let scratch = tempfile::Builder::new().prefix("attack").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let next = AtomicU64::new(first);
    let total = Mutex::new((Tally::default(), Instant::now()));
    let start = Instant::now();
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let chunk = CHUNK.min(count.div_ceil(workers as u64)).max(1);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let folder = scratch.path().join(worker.to_string());
            let (next, total) = (&next, &total);
            scope.spawn(move || {
                loop {
                    let begin = next.fetch_add(chunk, Ordering::Relaxed);
                    if begin >= first + count {
                        break;
                    }
                    let size = chunk.min(first + count - begin);
                    listen(python(campaign.what, seed, begin, size), &mut |records| {
                        let mut tally = Tally::default();
                        batch::check(records, &folder, None, &mut tally);
                        report(campaign.what, total, tally, count, start);
                    });
                }
            });
        }
    });
    let mut tally = total.into_inner().unwrap().0;
    print!("{}", tally.table());
    tally.wrong.sort();
    let tell = |wrong| tell(campaign.what, seed, wrong, scratch.path());
    let mut kinds = BTreeSet::new();
    let kind = |wrong: &&(u64, &'static str, String)| kinds.insert(kind_of(&wrong.2));
    let reported: Vec<String> = tally.wrong.iter().filter(kind).take(REPORTED).map(tell).collect();
    assert!(tally.wrong.is_empty(), "{} of {} models are wrong:\n{}", tally.wrong.len(), count, reported.join("\n"));
    assert_eq!(tally.models as u64, count, "models got lost");
    let refused: usize = tally.refused.values().map(Vec::len).sum();
    assert!(tally.divided <= 1 + tally.models / 200, "no reference runs {} models", tally.divided);
    let share = tally.equal as f64 / (tally.equal + refused).max(1) as f64;
    let few: Vec<_> = tally.kinds.iter().filter(|(_, bytes)| **bytes < campaign.kinds.1).collect();
    let enough = few.is_empty() && tally.kinds.len() == campaign.kinds.0;
    assert!(enough || count < campaign.count, "{} kinds, too few bytes of {few:?}", tally.kinds.len());
    assert!(share >= campaign.least_accepted || count < 100, "only {share:.2} of the models were accepted");
}

/// Adds to the total, and prints a line at intervals.
fn report(what: &str, total: &Mutex<(Tally, Instant)>, tally: Tally, count: u64, start: Instant) {
    let mut total = total.lock().unwrap();
    for (number, way, said) in &tally.wrong {
        println!("wrong: number {number}, {way}: {}", said.lines().next().unwrap_or_default());
    }
    total.0.add(tally);
    if total.1.elapsed() > Duration::from_secs(10) {
        total.1 = Instant::now();
        let (models, wrong) = (total.0.models, total.0.wrong.len());
        println!("{what}: {models} of {count}, {wrong} wrong, {} s", start.elapsed().as_secs());
    }
}

/// A difference, and how to reproduce it.
fn tell(what: &str, seed: u64, wrong: &(u64, &'static str, String), scratch: &Path) -> String {
    let (number, way, said) = wrong;
    let show = python(what, seed, *number, 1).arg("--show").output();
    let shown = show.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let again = format!("attack.py {what} --seed {seed} --first {number} --save FILE.tflite");
    let mut first = String::new();
    for way in [way, "planned"] {
        let mut tally = Tally::default();
        let mut exposed = python(what, seed, *number, 1);
        exposed.arg("--expose");
        listen(exposed, &mut |records| batch::check(records, &scratch.join("exposed"), Some(way), &mut tally));
        let found = tally.wrong.first().map_or("nothing differs", |(_, _, said)| said.as_str());
        first += &format!("with every result as an output, {way}: {found}\n");
    }
    format!("\nnumber {number}, compiled as {way}: {said}\n{first}{again}\n{}", shown.unwrap_or_default())
}

/// Hands batches of records to `work`.
fn listen(mut command: Command, work: &mut dyn FnMut(&[Record])) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("python3");
    let mut stream = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut records = Vec::new();
    while let Some(record) = Record::read(&mut stream).expect("a record of attack.py") {
        records.push(record);
        if records.len() == BATCH {
            work(&std::mem::take(&mut records));
        }
    }
    if !records.is_empty() {
        work(&records);
    }
    assert!(child.wait().expect("attack.py").success(), "attack.py failed");
}

fn python(what: &str, seed: u64, first: u64, count: u64) -> Command {
    let mut command = Command::new("python3");
    command.arg(oracle().join("attack.py")).arg(what);
    command.args(["--seed", &seed.to_string(), "--first", &first.to_string(), "--count", &count.to_string()]);
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target directory"));
    command
}

fn oracle() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

/// Whether there is a Python with the interpreter; prints a line `SKIPPED` otherwise.
fn environment() -> bool {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target directory");
    let setup =
        Command::new("python3").arg(oracle().join("oracle.py")).arg("setup").env("CARGO_TARGET_DIR", target).output();
    match setup {
        Ok(output) if output.status.success() => true,
        Ok(output) if output.status.code() == Some(3) => {
            eprintln!("SKIPPED: the oracle can't run here: {}", String::from_utf8_lossy(&output.stderr));
            false
        }
        Ok(output) => panic!("oracle.py setup: {}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            eprintln!("SKIPPED: no python3 for the oracle");
            false
        }
    }
}

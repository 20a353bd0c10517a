//! Lookups that share a cluster, and clusters whose kind is to be found out, against a scripted Atlas.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use atlas_tui::api::{Answer, ApiError, Batch, ErrorKind, Listing, Meta, Missing, RestoreApi};
use atlas_tui::clock::TokioClock;
use atlas_tui::domain::job::{DeliveryType, RestoreJob};
use atlas_tui::domain::target::{Cluster, Kind, Target};
use atlas_tui::worker::task::{self, Settings};
use atlas_tui::worker::{Command, Ended, Report, Subject, WatchId};
use tokio::sync::mpsc;

use crate::world::{HOUR, MS, SECOND, about, base, gaps, number, pass, seconds};

/// One question: of which kind, for which lookups, and how many jobs of a list (0 for a single job).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    at: std::time::Duration,
    kind: Kind,
    wanted: BTreeSet<u64>,
    items: u16,
}

/// What the clusters are like; changed while they are watched.
#[derive(Clone)]
struct Clusters {
    kind: Kind,
    /// How many newer jobs stand above the wanted ones, of which number 1 is the newest.
    above: usize,
    /// Jobs that no list has, whatever its length.
    unlisted: BTreeSet<u64>,
    /// Jobs that do not exist.
    missing: BTreeSet<u64>,
    /// Jobs that are over.
    over: BTreeSet<u64>,
    complete: bool,
    list_fails: Option<ErrorKind>,
    all_fails: Option<ErrorKind>,
}

struct Atlas {
    start: tokio::time::Instant,
    clusters: Mutex<Clusters>,
    asked: Mutex<Vec<Asked>>,
}

fn failed(kind: ErrorKind) -> ApiError {
    let meta = Meta { requests: 1, ..Meta::default() };
    ApiError { kind, code: None, detail: None, retry_after: None, meta }
}

impl Clusters {
    fn job(&self, n: u64) -> RestoreJob {
        let finished_at = self.over.contains(&n).then(base);
        RestoreJob { finished_at, ..running() }
    }
}

fn running() -> RestoreJob {
    RestoreJob {
        delivery_type: Some(DeliveryType::Automated),
        cancelled: Some(false),
        ..RestoreJob::default()
    }
}

impl Atlas {
    async fn asked(&self, kind: Kind, wanted: BTreeSet<u64>, items: u16) -> Result<Clusters, ApiError> {
        self.asked.lock().unwrap().push(Asked { at: self.start.elapsed(), kind, wanted, items });
        let clusters = self.clusters.lock().unwrap().clone();
        tokio::time::sleep(20 * MS).await;
        let wrong = (kind != clusters.kind).then_some(ErrorKind::WrongKind);
        match clusters.all_fails.clone().or(wrong) {
            Some(kind) => Err(failed(kind)),
            None => Ok(clusters),
        }
    }
}

impl RestoreApi for Atlas {
    async fn restore_job(&self, target: &Target) -> Result<Answer, ApiError> {
        let clusters = self.asked(target.kind, [number(target)].into(), 0).await?;
        if clusters.missing.contains(&number(target)) {
            return Err(failed(ErrorKind::NotFound(Missing::Job)));
        }
        Ok(Answer { job: clusters.job(number(target)), meta: Meta { requests: 1, ..Meta::default() } })
    }

    async fn restore_jobs(&self, batch: &Batch) -> Result<Listing, ApiError> {
        let number = |id: &atlas_tui::domain::id::ObjectId| u64::from_str_radix(id.as_str(), 16).unwrap();
        let wanted = batch.wanted.iter().map(number).collect();
        let clusters = self.asked(batch.cluster.kind, wanted, batch.items).await?;
        if let Some(kind) = clusters.list_fails {
            return Err(failed(kind));
        }
        let place = |id| clusters.above + usize::try_from(number(id)).unwrap();
        let listed = |id| !clusters.unlisted.contains(&number(id)) && place(id) <= usize::from(batch.items);
        let found: Vec<_> = batch.wanted.iter().filter(|id| listed(id)).collect();
        let depth = found.iter().map(|id| place(id)).max().unwrap_or_default();
        let jobs = found.into_iter().map(|id| (*id, Ok(clusters.job(number(id))))).collect();
        let meta = Meta { requests: 1, ..Meta::default() };
        Ok(Listing { jobs, depth, complete: clusters.complete, meta })
    }
}

struct World {
    atlas: Arc<Atlas>,
    commands: mpsc::Sender<Command>,
    reports: Arc<Mutex<Vec<Report>>>,
}

/// A target of the cluster `orders`, or of another one by its name.
fn target(kind: Kind, instance: &str, n: u64) -> Target {
    format!("{kind}/6a793f6b2c88faeba59bae37/{instance}/{n:024x}").parse().unwrap()
}

impl World {
    fn new() -> Self {
        let clusters = Clusters {
            kind: Kind::Dedicated,
            above: 0,
            unlisted: BTreeSet::new(),
            missing: BTreeSet::new(),
            over: BTreeSet::new(),
            complete: true,
            list_fails: None,
            all_fails: None,
        };
        let start = tokio::time::Instant::now();
        let atlas = Arc::new(Atlas { start, clusters: Mutex::new(clusters), asked: Mutex::default() });
        let (commands, inbox) = mpsc::channel(64);
        let reports = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&reports);
        let report = move |report| sink.lock().unwrap().push(report);
        let settings = Settings { interval: seconds(3), seed: 7, ..Settings::default() };
        let clock = TokioClock::starting_at(base());
        tokio::spawn(task::run(Arc::clone(&atlas), clock, inbox, report, settings));
        Self { atlas, commands, reports }
    }

    async fn send(&self, command: Command) {
        self.commands.send(command).await.unwrap();
    }

    async fn watch(&self, kind: Kind, numbers: impl IntoIterator<Item = u64>) {
        let targets = numbers.into_iter().map(|n| (WatchId(n), target(kind, "orders", n)));
        self.send(Command::Watch(targets.collect())).await;
    }

    fn change(&self, change: impl FnOnce(&mut Clusters)) {
        change(&mut self.atlas.clusters.lock().unwrap());
    }

    /// All that was asked since the last look.
    fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.atlas.asked.lock().unwrap())
    }

    fn ended(&self) -> Vec<Ended> {
        let reports = std::mem::take(&mut *self.reports.lock().unwrap());
        let ended = reports.into_iter().filter_map(|report| match report {
            Report::Ended(ended) => Some(*ended),
            _ => None,
        });
        ended.collect()
    }
}

#[tokio::test(start_paused = true)]
async fn lookups_of_a_cluster_are_read_with_one_request_and_told_with_one_report() {
    let world = World::new();
    world.watch(Kind::Dedicated, 1..=48).await;
    pass(SECOND).await;
    let asked = world.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].wanted, (1..=48).collect());
    let started = world.reports.lock().unwrap().len();
    assert_eq!(started, 2, "it left, and it came");
    let ended = world.ended();
    assert_eq!(ended[0].reads.len(), 48);
    let instance = "orders".parse().unwrap();
    assert_eq!(ended[0].subject, Subject::Jobs { instance, profile: None, wanted: 48 });
    pass(HOUR).await;
    let asked = world.asked();
    assert!(asked.iter().all(|asked| asked.wanted.len() == 48), "they stay together");
    let at: Vec<_> = asked.iter().map(|asked| asked.at).collect();
    assert!(gaps(&at).iter().all(|gap| about(*gap, seconds(15))), "{at:?}");
}

#[tokio::test(start_paused = true)]
async fn the_one_on_screen_takes_the_others_along_when_they_are_nearly_due() {
    let world = World::new();
    world.send(Command::Attend(Some(WatchId(1)))).await;
    world.watch(Kind::Dedicated, 1..=10).await;
    pass(HOUR).await;
    let asked = world.asked();
    let at: Vec<_> = asked.iter().map(|asked| asked.at).collect();
    assert!(gaps(&at).iter().all(|gap| about(*gap, seconds(3))), "the others cost nothing: {at:?}");
    let lists: Vec<_> = asked.iter().filter(|asked| asked.items > 0).map(|asked| asked.at).collect();
    assert!(gaps(&lists).iter().all(|gap| *gap <= seconds(7)), "and are fresher than alone: {lists:?}");
    assert!(lists.len() * 2 <= asked.len() + 1, "but a lone read is a small one");
}

#[tokio::test(start_paused = true)]
async fn one_lookup_and_clusters_without_lists_are_read_job_by_job() {
    let world = World::new();
    world.watch(Kind::Dedicated, 1..=1).await;
    pass(HOUR).await;
    assert!(world.asked().iter().all(|asked| asked.items == 0));

    world.change(|clusters| clusters.kind = Kind::ServerlessV2);
    world.send(Command::Unwatch(WatchId(1))).await;
    world.watch(Kind::ServerlessV2, 2..=5).await;
    pass(60 * SECOND).await;
    let asked = world.asked();
    assert!(asked.len() > 4 && asked.iter().all(|asked| asked.items == 0), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn other_clusters_have_lists_of_their_own() {
    let world = World::new();
    let of = |instance: &str, n| (WatchId(n), target(Kind::Dedicated, instance, n));
    let targets = vec![of("orders", 1), of("orders", 2), of("billing", 3), of("billing", 4), of("mail", 5)];
    world.send(Command::Watch(targets)).await;
    pass(SECOND).await;
    let wanted: Vec<_> = world.asked().into_iter().map(|asked| asked.wanted).collect();
    assert_eq!(wanted, [[1, 2].into(), [3, 4].into(), BTreeSet::from([5])]);
}

#[tokio::test(start_paused = true)]
async fn a_list_is_as_long_as_it_has_to_be() {
    let world = World::new();
    world.change(|clusters| clusters.above = 40);
    world.watch(Kind::Dedicated, 1..=8).await;
    pass(60 * SECOND).await;
    let items: Vec<u16> = world.asked().iter().map(|asked| asked.items).collect();
    assert_eq!(items, [100, 70, 70, 70], "the last one stands at 48");
    // A burst of new jobs: they are looked for in a whole page, at once.
    world.change(|clusters| (clusters.above, clusters.complete) = (100, false));
    pass(15 * SECOND).await;
    let items: Vec<u16> = world.asked().iter().map(|asked| asked.items).collect();
    assert_eq!(items, [70, 500, 145]);
}

#[tokio::test(start_paused = true)]
async fn a_job_further_down_than_lists_go_is_read_by_itself() {
    let world = World::new();
    world.change(|clusters| (clusters.unlisted, clusters.complete) = ([3].into(), false));
    world.watch(Kind::Dedicated, 1..=3).await;
    pass(SECOND).await;
    let asked: Vec<_> = world.asked().into_iter().map(|asked| (asked.items, asked.wanted)).collect();
    assert_eq!(asked, [(100, [1, 2, 3].into()), (0, [3].into())]);
    let read: Vec<u64> =
        world.ended().iter().flat_map(|ended| &ended.reads).map(|read| read.watch.0).collect();
    assert_eq!(read, [1, 2, 3], "each has an answer, and none an error");
    pass(16 * SECOND).await;
    let asked: Vec<_> = world.asked().into_iter().map(|asked| (asked.items, asked.wanted)).collect();
    assert_eq!(asked, [(500, [1, 2, 3].into()), (0, [3].into())], "a whole page has it no more");
    pass(60 * SECOND).await;
    let asked = world.asked();
    let alone = asked.iter().filter(|asked| asked.items == 0).all(|asked| asked.wanted == [3].into());
    let listed = asked.iter().filter(|asked| asked.items > 0).all(|asked| asked.wanted == [1, 2].into());
    assert!(alone && listed, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_a_complete_list_lacks_is_asked_for_by_itself() {
    let world = World::new();
    world.watch(Kind::Dedicated, 1..=3).await;
    pass(SECOND).await;
    world.ended();
    world.change(|clusters| clusters.unlisted = [2].into());
    world.send(Command::Refresh(None)).await;
    pass(SECOND).await;
    let reads: Vec<_> = world.ended().into_iter().flat_map(|ended| ended.reads).collect();
    let errors =
        reads.iter().filter_map(|read| Some((read.watch.0, read.result.as_ref().err()?.kind.clone())));
    assert_eq!(errors.collect::<Vec<_>>(), [], "lists lag");
    assert_eq!(reads.len(), 3);
    let alone = world.asked().into_iter().filter(|asked| asked.items == 0);
    assert_eq!(alone.map(|asked| asked.wanted).collect::<Vec<_>>(), [[2].into()]);
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_looked_at_in_passing_and_watched_again_when_it_runs_again() {
    let world = World::new();
    world.change(|clusters| clusters.over = [3].into());
    world.watch(Kind::Dedicated, 1..=3).await;
    pass(4 * 60 * SECOND).await;
    let asked = world.asked();
    assert_eq!(asked[0].wanted, [1, 2, 3].into());
    assert!(asked[1..].iter().all(|asked| asked.wanted == [1, 2].into()), "{asked:?}");

    world.change(|clusters| clusters.over.clear());
    pass(2 * 60 * SECOND).await;
    let asked = world.asked();
    let passing = asked.iter().position(|asked| asked.wanted == [1, 2, 3].into()).unwrap();
    assert!(asked[..passing].len() > 2, "in a list that was due for the others");
    assert!(asked[passing + 1..].iter().all(|asked| asked.wanted == [1, 2, 3].into()), "{asked:?}");
    assert_eq!(asked[passing].items, asked[passing - 1].items, "and no longer one");

    // Nothing is asked for the sake of what is over alone.
    world.change(|clusters| clusters.over = [1, 2, 3].into());
    pass(60 * SECOND).await;
    world.asked();
    pass(HOUR).await;
    assert_eq!(world.asked(), []);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_read_does_not_hide_its_jobs() {
    let world = World::new();
    world.change(|clusters| clusters.list_fails = Some(ErrorKind::TooLarge { limit: 8 << 20 }));
    world.watch(Kind::Dedicated, 1..=3).await;
    pass(SECOND).await;
    let ended = world.ended();
    assert_eq!(ended.len(), 4, "the list, and each of the three");
    assert!(ended[0].failure.is_some() && ended[0].reads.is_empty());
    assert!(ended[1..].iter().all(|ended| ended.reads[0].result.is_ok()));
    pass(5 * 60 * SECOND).await;
    assert!(world.asked()[1..].iter().all(|asked| asked.items == 0), "it is left alone for a while");
    world.change(|clusters| clusters.list_fails = None);
    pass(10 * 60 * SECOND).await;
    assert!(world.asked().last().unwrap().items > 0, "and tried again");
}

#[tokio::test(start_paused = true)]
async fn what_ails_the_whole_request_is_told_of_each_lookup() {
    let world = World::new();
    world.change(|clusters| clusters.all_fails = Some(ErrorKind::Dns));
    world.watch(Kind::Dedicated, 1..=3).await;
    pass(SECOND).await;
    let ended = world.ended();
    assert_eq!(ended.len(), 1);
    assert!(ended[0].reads.iter().all(|read| read.result.as_ref().unwrap_err().kind == ErrorKind::Dns));
    assert_eq!(ended[0].reads.len(), 3);
    assert_eq!(world.asked().len(), 1);
    pass(60 * SECOND).await;
    assert!(world.asked().len() <= 5, "they back off together");
}

#[tokio::test(start_paused = true)]
async fn who_leaves_or_is_replaced_while_a_list_is_under_way_takes_nobody_with_him() {
    let world = World::new();
    world.watch(Kind::Dedicated, 1..=4).await;
    pass(5 * MS).await;
    world.send(Command::Unwatch(WatchId(1))).await;
    world.send(Command::Watch(vec![(WatchId(2), target(Kind::Dedicated, "billing", 9))])).await;
    pass(SECOND).await;
    let read: Vec<_> = world.ended().into_iter().map(|ended| ended.reads).collect();
    let read: Vec<Vec<u64>> =
        read.iter().map(|reads| reads.iter().map(|read| read.watch.0).collect()).collect();
    assert_eq!(read, [vec![3, 4], vec![2]]);
}

#[tokio::test(start_paused = true)]
async fn the_kind_is_found_out_once_for_all_lookups_of_a_cluster() {
    let world = World::new();
    world.watch(Kind::Auto, 1..=10).await;
    pass(SECOND).await;
    let kinds: Vec<Kind> = world.asked().iter().map(|asked| asked.kind).collect();
    assert_eq!(kinds, [Kind::Flex, Kind::Dedicated]);
    let ended = world.ended();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].meta.requests, 2);
    assert!(ended[0].reads.iter().all(|read| read.kind == Some(Kind::Dedicated)));

    // Later ones, and such as name the wrong kind, know it from the start.
    world.watch(Kind::Auto, 11..=11).await;
    world.watch(Kind::Flex, 12..=12).await;
    pass(60 * SECOND).await;
    assert!(world.asked().iter().all(|asked| asked.kind == Kind::Dedicated));
    let told: Vec<_> = world.ended().into_iter().flat_map(|ended| ended.reads).collect();
    let told: Vec<u64> = told.iter().filter(|read| read.kind.is_some()).map(|read| read.watch.0).collect();
    assert_eq!(told, [11, 12], "each is told of once");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_changes_its_kind_is_followed_without_an_error() {
    let world = World::new();
    world.watch(Kind::Dedicated, 1..=2).await;
    pass(60 * SECOND).await;
    assert!(world.ended().iter().flat_map(|ended| &ended.reads).all(|read| read.kind.is_none()));
    world.asked();
    world.change(|clusters| clusters.kind = Kind::Flex);
    pass(60 * SECOND).await;
    let kinds: Vec<Kind> = world.asked().iter().map(|asked| asked.kind).collect();
    assert_eq!(kinds[..3], [Kind::Dedicated, Kind::Flex, Kind::Flex], "{kinds:?}");
    let reads: Vec<_> = world.ended().into_iter().flat_map(|ended| ended.reads).collect();
    assert!(reads.iter().all(|read| read.result.is_ok()));
    let told = reads.iter().filter(|read| read.kind == Some(Kind::Flex)).count();
    assert_eq!(told, 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_while_finding_out_is_shown_and_nothing_is_believed() {
    let world = World::new();
    world.change(|clusters| clusters.all_fails = Some(ErrorKind::ServerError));
    world.watch(Kind::Auto, 1..=1).await;
    pass(SECOND).await;
    assert_eq!(world.asked().iter().map(|asked| asked.kind).collect::<Vec<_>>(), [Kind::Flex]);
    let reads = world.ended().into_iter().flat_map(|ended| ended.reads).collect::<Vec<_>>();
    assert_eq!(reads[0].result.as_ref().unwrap_err().kind, ErrorKind::ServerError);
    assert_eq!(reads[0].kind, None);
    world.change(|clusters| clusters.all_fails = None);
    pass(60 * SECOND).await;
    let kinds: Vec<Kind> = world.asked().iter().map(|asked| asked.kind).collect();
    assert_eq!(kinds[..2], [Kind::Flex, Kind::Dedicated], "it is found out at the next try");
}

#[tokio::test(start_paused = true)]
async fn a_kind_is_named_only_where_the_job_was_read() {
    let world = World::new();
    world.change(|clusters| (clusters.unlisted, clusters.missing) = ([2].into(), [2].into()));
    world.watch(Kind::Auto, 1..=2).await;
    pass(SECOND).await;
    let reads = world.ended().into_iter().flat_map(|ended| ended.reads);
    let told: Vec<_> = reads.map(|read| (read.watch.0, read.kind, read.result.is_ok())).collect();
    assert_eq!(told, [(1, Some(Kind::Dedicated), true), (2, None, false)]);
    world.asked();
    world.change(|clusters| clusters.missing.clear());
    pass(HOUR).await;
    assert!(world.asked().iter().all(|asked| asked.kind == Kind::Dedicated), "the code is remembered");
    // Asked for by itself it is there, and the kind is told then.
    let reads: Vec<_> = world.ended().into_iter().flat_map(|ended| ended.reads).collect();
    let told: Vec<_> = reads.iter().filter_map(|read| Some((read.watch.0, read.kind?))).collect();
    assert_eq!(told, [(2, Kind::Dedicated)]);
}

#[tokio::test(start_paused = true)]
async fn collections_of_a_cluster_have_a_kind_and_a_list_of_their_own() {
    let world = World::new();
    world.watch(Kind::Auto, 1..=2).await;
    pass(SECOND).await;
    world.asked();
    world.change(|clusters| clusters.kind = Kind::Collection);
    world.watch(Kind::Collection, 3..=4).await;
    pass(5 * SECOND).await;
    let asked = world.asked();
    assert_eq!((asked[0].kind, asked[0].wanted.clone()), (Kind::Collection, [3, 4].into()));
    let cluster = Cluster { kind: Kind::Collection, ..target(Kind::Auto, "orders", 1).cluster() };
    assert!(cluster.has_list());
}

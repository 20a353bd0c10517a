//! What is seen without looking at the board: the terminal's title, and the progress in its tab. Both tell of the
//! most important job.

use super::times::Ticker;
use super::view::Progress;
use crate::app::model::Model;
use crate::app::watch::Watch;
use crate::domain::job::RestoreJob;
use crate::domain::phase::Phase;

/// The selected job while it runs; else one that failed and was not looked at; one that runs; one whose link
/// is live. `None` when there is nothing of the kind.
fn most_important(model: &Model) -> Option<&Watch> {
    let selected = model.selected_watch().filter(|watch| runs(watch));
    let first = |wanted: fn(&Watch) -> bool| model.watches.iter().find(|watch| wanted(watch));
    selected
        .or_else(|| first(|watch| watch.unseen_failure))
        .or_else(|| first(runs))
        .or_else(|| first(|watch| watch.phase() == Some(&Phase::Ready)))
}

fn runs(watch: &Watch) -> bool {
    watch.phase().is_some_and(|phase| !phase.is_terminal())
}

/// Both; what is turned off is empty.
pub(super) fn title_and_progress(model: &Model) -> (String, Progress) {
    let switches = model.setup.notify;
    let important = most_important(model);
    let title = switches.title.then(|| title(important.or_else(|| model.selected_watch())));
    let progress = important.filter(|_| switches.progress).map(progress);
    (title.unwrap_or_default(), progress.unwrap_or_default())
}

/// Without a running time: a title that changes each second is noise in every tab bar.
fn title(watch: Option<&Watch>) -> String {
    match watch {
        Some(watch) => format!("atlas-tui: {} {}", watch.lookup.name(), watch.word()),
        None => "atlas-tui".into(),
    }
}

fn progress(watch: &Watch) -> Progress {
    if runs(watch) {
        let permille = watch.restore_job().and_then(RestoreJob::progress);
        let percent = permille.and_then(|permille| u8::try_from(permille / 10).ok());
        percent.map_or(Progress::Running, Progress::Percent)
    } else if watch.unseen_failure {
        Progress::Failed
    } else {
        // A live link: something to know, and no progress.
        Progress::None
    }
}

/// Wakes the loop for what must be told then, whatever is on the screen.
pub(super) fn wake(model: &Model, ticker: &mut Ticker) {
    for watch in &model.watches {
        ticker.wake_at(watch.link_ends_soon_at(&model.clock));
    }
    ticker.wake_at(model.news.due_at(ticker.now));
}

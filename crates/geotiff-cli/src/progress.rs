//! Progress on standard error, where that is a terminal.

use std::future::Future;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows that something is under way until `work` is done.
pub(crate) async fn spin<F: Future>(what: &'static str, work: F) -> F::Output {
    // Draws nothing where standard error is no terminal.
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::default_spinner());
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(100));
    let output = work.await;
    bar.finish_and_clear();
    output
}

//! Requests in flight, so that a block that somebody fetches is not fetched by another.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared, try_join_all};

use super::blocks::Piece;
use super::{BlockKey, KeyHashing};
use crate::{Error, ObjectInfo};

/// What a flight brought.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) pieces: Vec<Piece>,
    pub(super) object: ObjectInfo,
}

type Outcome = Result<Arc<Fetched>, Error>;

/// Blocks side by side, in order; shared by a flight and its entry in the table.
pub(super) type Runs = Arc<[Range<u64>]>;

/// A request that several readers wait for. Any of them drives it; it is dropped with the last.
pub(super) type Flight = Shared<BoxFuture<'static, Outcome>>;

/// The flights of a cache, by block.
#[derive(Clone, Default)]
pub(super) struct Flights {
    table: Arc<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    next: u64,
    ended: u64,
    blocks: HashMap<BlockKey, (u64, WeakShared<BoxFuture<'static, Outcome>>), KeyHashing>,
}

/// A point in the life of [`Flights`]: as long as it is now, no flight has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(u64);

impl Flights {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present moment: to be taken before looking for blocks that are then claimed.
    pub(super) fn moment(&self) -> Moment {
        Moment(self.lock().ended)
    }

    /// Finds who brings the blocks `indices` of an object that were missing after the moment `looked`: where a flight has
    /// ended since, `present` is asked once more; those in flight already are joined; for the others `launch` makes one
    /// new flight.
    ///
    /// Gives the blocks that were present, and the flights to wait for.
    pub(super) fn claim<F>(
        &self,
        object: u128,
        indices: impl Iterator<Item = u64>,
        looked: Moment,
        present: impl Fn(BlockKey) -> Option<Piece>,
        launch: impl FnOnce(Runs) -> F,
    ) -> (Vec<Piece>, Vec<Flight>)
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let (mut pieces, mut flights, mut joined) = (Vec::new(), Vec::new(), Vec::new());
        let mut runs: Vec<Range<u64>> = Vec::new();
        let mut table = self.lock();
        let may_have_landed = table.ended != looked.0;
        for index in indices {
            let key = BlockKey { object, index };
            let flying = table.blocks.get(&key).and_then(|(id, flight)| Some((*id, flight.upgrade()?)));
            if let Some((id, flight)) = flying {
                // Another handle of the same flight is kept, so dropping this one cannot end it under the lock.
                if !joined.contains(&id) {
                    joined.push(id);
                    flights.push(flight);
                }
            } else if let Some(piece) = may_have_landed.then(|| present(key)).flatten() {
                pieces.push(piece);
            } else {
                match runs.last_mut() {
                    Some(last) if last.end == index => last.end += 1,
                    _ => runs.push(index..index + 1),
                }
            }
        }
        if !runs.is_empty() {
            flights.push(self.launch(&mut table, object, &runs.into(), launch));
        }
        (pieces, flights)
    }

    /// Makes a flight for blocks that nobody brings, and enters it.
    fn launch<F>(
        &self,
        table: &mut Table,
        object: u128,
        runs: &Runs,
        launch: impl FnOnce(Runs) -> F,
    ) -> Flight
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        table.next += 1;
        let id = table.next;
        let entry = Entry { flights: self.clone(), object, runs: runs.clone(), id };
        let request = launch(runs.clone());
        let flight = async move {
            let _entry = entry;
            request.await
        };
        let flight = flight.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            table.blocks.extend(keys(object, runs).map(|key| (key, (id, weak.clone()))));
        }
        flight
    }
}

/// Waits for all of some flights.
pub(super) async fn land(mut flights: Vec<Flight>) -> Result<Vec<Arc<Fetched>>, Error> {
    match &mut flights[..] {
        [only] => Ok(vec![only.await?]),
        _ => try_join_all(flights).await,
    }
}

/// The blocks of some runs.
fn keys(object: u128, runs: &[Range<u64>]) -> impl Iterator<Item = BlockKey> + '_ {
    runs.iter().cloned().flatten().map(move |index| BlockKey { object, index })
}

/// Takes a flight off the table when it lands or is dropped.
struct Entry {
    flights: Flights,
    object: u128,
    runs: Runs,
    id: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut table = self.flights.lock();
        table.ended += 1;
        for key in keys(self.object, &self.runs) {
            // A later flight may have taken the place of one that nobody waited for any more.
            if table.blocks.get(&key).is_some_and(|(id, _)| *id == self.id) {
                table.blocks.remove(&key);
            }
        }
    }
}

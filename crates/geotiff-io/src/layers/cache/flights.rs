//! Requests in flight, so that a block that somebody fetches is not fetched by another.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};

use super::BlockKey;
use super::blocks::Piece;
use crate::{Error, ObjectInfo};

/// What a flight brought.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) pieces: Vec<Piece>,
    pub(super) object: ObjectInfo,
}

type Outcome = Result<Arc<Fetched>, Error>;

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
    blocks: HashMap<BlockKey, (u64, WeakShared<BoxFuture<'static, Outcome>>)>,
}

impl Flights {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds who brings the blocks `indices` of an object: `present` is asked once more, since one may have landed
    /// meanwhile; those in flight already are joined; for the others `launch` makes one new flight.
    ///
    /// Gives the blocks that were present, and the flights to wait for.
    pub(super) fn claim<F>(
        &self,
        object: u128,
        indices: impl Iterator<Item = u64>,
        present: impl Fn(BlockKey) -> Option<Piece>,
        launch: impl FnOnce(Vec<Range<u64>>) -> F,
    ) -> (Vec<Piece>, Vec<Flight>)
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let (mut pieces, mut flights, mut joined) = (Vec::new(), Vec::new(), Vec::new());
        let mut runs: Vec<Range<u64>> = Vec::new();
        let mut table = self.lock();
        for index in indices {
            let key = BlockKey { object, index };
            let flying = table.blocks.get(&key).and_then(|(id, flight)| Some((*id, flight.upgrade()?)));
            if let Some((id, flight)) = flying {
                // Another handle of the same flight is kept, so dropping this one cannot end it under the lock.
                if !joined.contains(&id) {
                    joined.push(id);
                    flights.push(flight);
                }
            } else if let Some(piece) = present(key) {
                pieces.push(piece);
            } else {
                match runs.last_mut() {
                    Some(last) if last.end == index => last.end += 1,
                    _ => runs.push(index..index + 1),
                }
            }
        }
        if !runs.is_empty() {
            table.next += 1;
            let entry = Entry { flights: self.clone(), object, runs: runs.clone(), id: table.next };
            let keys: Vec<BlockKey> = entry.keys().collect();
            let id = entry.id;
            let request = launch(runs);
            let flight = async move {
                let _entry = entry;
                request.await
            };
            let flight = flight.boxed().shared();
            if let Some(weak) = flight.downgrade() {
                table.blocks.extend(keys.into_iter().map(|key| (key, (id, weak.clone()))));
            }
            flights.push(flight);
        }
        (pieces, flights)
    }
}

/// Takes a flight off the table when it lands or is dropped.
struct Entry {
    flights: Flights,
    object: u128,
    runs: Vec<Range<u64>>,
    id: u64,
}

impl Entry {
    fn keys(&self) -> impl Iterator<Item = BlockKey> + '_ {
        self.runs.iter().cloned().flatten().map(|index| BlockKey { object: self.object, index })
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut table = self.flights.lock();
        for key in self.keys() {
            // A later flight may have taken the place of one that nobody waited for any more.
            if table.blocks.get(&key).is_some_and(|(id, _)| *id == self.id) {
                table.blocks.remove(&key);
            }
        }
    }
}

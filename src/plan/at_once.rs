//! Independent pieces of work side by side: as many as there are cores, and two at least, since they wait, too.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Does the work of each item and gives what came of it, in their order. All of them end.
pub(crate) fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
    up_to(threads, items, work)
}

/// The same for work that waits more than it works: this many at once.
pub(crate) fn up_to<T: Sync, R: Send>(threads: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if let [item] = items {
        return vec![work(item)];
    }
    let threads = threads.min(items.len());
    let next = AtomicUsize::new(0);
    let ended: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let result = work(item);
                    *ended[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                }
            });
        }
    });
    ended
        .into_iter()
        .map(|ended| ended.into_inner().unwrap_or_else(PoisonError::into_inner).expect("each was taken"))
        .collect()
}

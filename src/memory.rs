//! Memory that is asked for before it is taken: an allocation that fails ends the program, and one
//! that the machine cannot hold stops everything else on it.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use nalgebra::DMatrix;
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

/// Less than this is not worth asking the system about.
const UNASKED: u64 = 1 << 20;

/// Whether the process was started with limits on its memory.
static LIMITED: LazyLock<bool> = LazyLock::new(|| in_process().is_some());

/// More memory is needed than there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    needed: u64,
    free: Option<u64>,
    by_limit: bool,
}

impl Shortage {
    /// The remedy: `smaller`, or to raise the limit where that of the process stands in the way.
    pub fn remedy(&self, smaller: &'static str) -> &'static str {
        match (self.by_limit, rayon::current_num_threads()) {
            (false, _) => smaller,
            (true, 1) => "raise the memory limit of the process (ulimit)",
            _ => "raise the memory limit of the process (ulimit), or set RAYON_NUM_THREADS=1",
        }
    }
}

impl fmt::Display for Shortage {
    /// `needs 17.2 GB of memory and 3.1 GB is free`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "needs {} of memory", bytes(self.needed))?;
        match self.free {
            Some(free) => write!(f, " and {} is free", bytes(free)),
            None => f.write_str(", more than the system allows"),
        }
    }
}

impl std::error::Error for Shortage {}

/// A number of bytes for people: `512 bytes`, `1.5 kB`, `17 GB`.
pub fn bytes(count: u64) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB", "EB"];
    let mut value = count as f64;
    let mut unit = None;
    for next in units {
        // Rounding must not give 1000 of a unit.
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = Some(next);
    }
    match unit {
        None => format!("{count} bytes"),
        Some(unit) if value < 9.95 => format!("{value:.1} {unit}"),
        Some(unit) => format!("{value:.0} {unit}"),
    }
}

/// Whether `needed` bytes more can be had.
///
/// Counted are the machine's memory and swap, a container's (control group's) limit, and the
/// limits of the process (`ulimit -v`, `ulimit -d`). Where nothing is known, all is allowed.
///
/// # Errors
/// When less is free.
pub fn ensure_free(needed: u64) -> Result<(), Shortage> {
    ensure_free_with(needed, 0)
}

/// Whether `needed` bytes more can be had, and `reserved` ones that are asked for but hardly used:
/// the limits of the process count those too. They are taken once, however little is needed.
///
/// # Errors
/// When less is free.
pub fn ensure_free_with(needed: u64, reserved: u64) -> Result<(), Shortage> {
    static RESERVED: AtomicBool = AtomicBool::new(false);
    let little = needed < UNASKED;
    if little && (reserved == 0 || !*LIMITED || RESERVED.load(Ordering::Relaxed)) {
        return Ok(());
    }
    let short = |needed: u64, free: Option<u64>, by_limit| match free {
        Some(free) if free < needed => Err(Shortage {
            needed,
            free: Some(free),
            by_limit,
        }),
        _ => Ok(()),
    };
    if !little {
        short(needed, free(), false)?;
    }
    let left = in_process();
    short(needed, left, false)?;
    short(needed.saturating_add(reserved), left, true)?;
    RESERVED.fetch_or(reserved > 0, Ordering::Relaxed);
    Ok(())
}

/// Bytes of the processor's last cache, by which libraries for products measure their buffers;
/// a large one where the system does not tell.
pub fn last_cache() -> u64 {
    static BYTES: LazyLock<u64> = LazyLock::new(read_last_cache);
    *BYTES
}

fn read_last_cache() -> u64 {
    const UNTOLD: u64 = 64 << 20;
    let levels = (0..8).filter_map(|level| {
        let path = format!("/sys/devices/system/cpu/cpu0/cache/index{level}/size");
        let text = std::fs::read_to_string(path).ok()?;
        let kilobytes: u64 = text.trim().strip_suffix('K')?.parse().ok()?;
        Some(kilobytes << 10)
    });
    levels.max().unwrap_or(UNTOLD)
}

/// Bytes of `count` items of `size` bytes, as large as a number can be where they are more.
pub fn size_of_items(count: usize, size: usize) -> u64 {
    (count as u64).saturating_mul(size as u64)
}

/// A matrix of zeros.
///
/// # Errors
/// When its memory cannot be had.
pub fn zeros(rows: usize, cols: usize) -> Result<DMatrix<f64>, Shortage> {
    let cells = rows.saturating_mul(cols);
    let needed = size_of_items(cells, size_of::<f64>());
    ensure_free(needed)?;
    let mut values = Vec::new();
    values.try_reserve_exact(cells).map_err(|_| Shortage {
        needed,
        free: None,
        by_limit: false,
    })?;
    values.resize(cells, 0.0);
    Ok(DMatrix::from_vec(rows, cols, values))
}

/// The memory that the machine and the process's control group leave.
fn free() -> Option<u64> {
    let mut system = System::new().ok()?;
    system.refresh_memory();
    let swap = system.free_swap();
    // A system that does not tell says 0.
    let machine = Some(system.available_memory()).filter(|&free| free > 0);
    let machine = machine.map(|free| free.saturating_add(swap));
    [machine, in_group(&mut system, swap)]
        .into_iter()
        .flatten()
        .min()
}

/// The memory that the process's control group leaves; its cached files make way, so they are not counted.
fn in_group(system: &mut System, swap: u64) -> Option<u64> {
    let pid = sysinfo::get_current_pid().ok()?;
    let only = ProcessesToUpdate::Some(&[pid]);
    system.refresh_processes_specifics(only, false, ProcessRefreshKind::nothing());
    let limits = system.process(pid)?.cgroup_limits()?;
    let free = limits.total_memory.saturating_sub(limits.rss);
    Some(free.saturating_add(swap.min(limits.free_swap)))
}

/// The memory that the limits of the process leave (Linux; elsewhere there are no such files).
fn in_process() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    left_by_limits(&limits, &status)
}

fn left_by_limits(limits: &str, status: &str) -> Option<u64> {
    let number_behind = |text: &str, label: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(label))?;
        line.split_whitespace().next()?.parse().ok()
    };
    [
        ("Max address space", "VmSize:"),
        ("Max data size", "VmData:"),
    ]
    .into_iter()
    .filter_map(|(limit, used)| {
        let limit = number_behind(limits, limit)?;
        let used = number_behind(status, used)?.saturating_mul(1024);
        Some(limit.saturating_sub(used))
    })
    .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_units_that_fit() {
        for (count, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (17_179_869_184, "17 GB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn more_than_any_machine_has_is_refused_and_a_little_is_not() {
        assert_eq!(ensure_free(1), Ok(()));
        let shortage = ensure_free(1 << 60);
        // Only a system that tells nothing allows it.
        let told = free().is_some() || in_process().is_some();
        assert_eq!(shortage.is_err(), told);
        assert!(zeros(1 << 30, 1 << 30).is_err());
        assert_eq!(zeros(2, 3), Ok(DMatrix::zeros(2, 3)));
    }

    #[test]
    fn the_limits_of_the_process_are_read_as_linux_writes_them() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max data size             unlimited            unlimited            bytes     \n\
                      Max address space         1024000              unlimited            bytes     \n";
        let status = "Name:\ttest\nVmSize:\t     600 kB\nVmData:\t     100 kB\n";
        assert_eq!(left_by_limits(limits, status), Some(1_024_000 - 614_400));
        let unlimited = limits.replace("1024000", "unlimited");
        assert_eq!(left_by_limits(&unlimited, status), None);
    }
}

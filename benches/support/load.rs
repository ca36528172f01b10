//! What else the machine does while a benchmark runs.

/// The load average, as Linux tells it.
pub fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").map_or_else(
        |_| "this system does not tell its load".to_owned(),
        |text| {
            let averages: Vec<&str> = text.split_whitespace().take(3).collect();
            format!("load average {}", averages.join(" "))
        },
    )
}

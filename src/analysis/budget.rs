//! The one budget: what each method spends of it, which methods it does not pay for, and whether a
//! comparison is fair.

use crate::approx::budget::parameters;
use crate::approx::{LayoutKind, Method, MethodSettings};
use crate::figure::label;
use crate::session::Settings;

/// The sentence on a method without a result, beside the results of others.
pub(super) fn left_out(method: Method, why: &str) -> String {
    format!("{} is left out: {why}", method.title())
}

/// The reason in full, for a place without a result beside it.
pub(super) fn refused(method: Method, why: &str) -> String {
    format!("{}: {why}", method.title())
}

/// The shown methods that the budget pays for on `rows × cols` matrices, and why the others are
/// left out. `settings` fit the shape.
///
/// # Errors
/// The first reason, where the budget pays for none.
pub fn affordable(
    settings: &Settings,
    rows: usize,
    cols: usize,
) -> Result<(Vec<MethodSettings>, Vec<String>), String> {
    let (mut methods, mut missing) = (Vec::new(), Vec::new());
    for method in settings.shown() {
        match settings.unaffordable(rows, cols, &method) {
            None => methods.push(method),
            Some(why) => missing.push((method.method(), why)),
        }
    }
    match missing.first() {
        Some((method, why)) if methods.is_empty() => Err(refused(*method, why)),
        _ => {
            let told = missing.iter().map(|(method, why)| left_out(*method, why));
            Ok((methods, told.collect()))
        }
    }
}

/// A method's expense, and its share of one budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expense {
    /// The method.
    pub method: Method,
    /// Parameters that the rule gives it.
    pub share: usize,
    /// Parameters that its factors have.
    pub params: usize,
}

impl Expense {
    /// Whether nothing is left over and nothing is spent beyond the share.
    pub fn exactly(&self) -> bool {
        self.share == self.params
    }
}

/// A remark beside a comparison of methods that do not spend what the budget gives them: that
/// it is not matched, and what each really spends. `None` where every share is spent exactly.
pub fn not_matched(spent: &[Expense]) -> Option<String> {
    if spent.iter().all(Expense::exactly) {
        return None;
    }
    let each = spent.iter().map(|one| {
        let (name, params) = (one.method.title(), label::count(one.params));
        match one.exactly() {
            true => format!("{name} {params}"),
            false => format!("{name} {params} of {}", label::count(one.share)),
        }
    });
    let each: Vec<String> = each.collect();
    Some(format!("not matched: {} parameters", each.join(", ")))
}

/// The parameters that two methods have on `rows × cols` matrices, where they are equal; else the
/// sentence to say next to a comparison of them. `None` for a method with a rank per block.
pub fn compared_at(
    pair: [&MethodSettings; 2],
    rows: usize,
    cols: usize,
) -> Option<Result<usize, String>> {
    let params = |one: &MethodSettings| {
        let rank = one.uniform_rank()?;
        parameters(rows, cols, one.layout(), rank).ok()
    };
    let [one, other] = [params(pair[0])?, params(pair[1])?];
    if one == other {
        return Some(Ok(one));
    }
    let [first, second] = pair.map(|settings| settings.method().title());
    let [one, other] = [one, other].map(label::count);
    Some(Err(format!(
        "not matched: {first} {one}, {second} {other} parameters"
    )))
}

/// Parameters of Localized at its settings: what the adaptive ranks may cost unless told otherwise.
/// Zero when the grid does not fit.
pub fn localized_parameters(settings: &Settings, rows: usize, cols: usize) -> usize {
    let localized = settings.localized;
    parameters(rows, cols, LayoutKind::Grid(localized.grid), localized.rank).unwrap_or(0)
}

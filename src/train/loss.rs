//! Losses of a batch, each with its gradient by the logits. All are means over the samples.

/// Cross-entropy with label smoothing (Szegedy et al., “Rethinking the Inception Architecture”, CVPR 2016): the target
/// is `1 − smoothing` on the label's class, and `smoothing` shared out among all classes.
///
/// `logits` (samples, classes) in nats; `share` is the loss's weight in a sum of several. Adds to `gradient`.
pub fn cross_entropy(
    logits: &[f32],
    labels: &[u32],
    smoothing: f32,
    share: f32,
    gradient: &mut [f32],
) -> f64 {
    let samples = labels.len().max(1);
    let classes = logits.len() / samples;
    let each = f64::from(smoothing) / classes.max(1) as f64;
    let mut loss = 0.0;
    let rows = logits.chunks_exact(classes.max(1)).zip(labels);
    for ((logits, &label), gradient) in rows.zip(gradient.chunks_exact_mut(classes.max(1))) {
        let log = log_softmax(logits, 1.0);
        for (class, (&log, gradient)) in log.iter().zip(gradient).enumerate() {
            let hit = if class == label as usize {
                1.0 - f64::from(smoothing)
            } else {
                0.0
            };
            let target = hit + each;
            loss -= target * log;
            *gradient += share * ((log.exp() - target) / samples as f64) as f32;
        }
    }
    f64::from(share) * loss / samples as f64
}

/// Distillation (Hinton, Vinyals and Dean, “Distilling the Knowledge in a Neural Network”, 2015):
/// `T² · KL(teacher ‖ student)` of the probabilities at temperature `T`. The square keeps gradients as large at any
/// temperature.
///
/// `student` and `teacher` are logits (samples, classes). Adds to `gradient`.
pub fn distillation(
    student: &[f32],
    teacher: &[f32],
    classes: usize,
    temperature: f32,
    share: f32,
    gradient: &mut [f32],
) -> f64 {
    let classes = classes.max(1);
    let samples = (student.len() / classes).max(1) as f64;
    let t = f64::from(temperature);
    let mut loss = 0.0;
    let rows = student
        .chunks_exact(classes)
        .zip(teacher.chunks_exact(classes));
    for ((student, teacher), gradient) in rows.zip(gradient.chunks_exact_mut(classes)) {
        let (q, p) = (log_softmax(student, t), log_softmax(teacher, t));
        for ((&q, &p), gradient) in q.iter().zip(&p).zip(gradient) {
            let (wanted, has) = (p.exp(), q.exp());
            if wanted > 0.0 {
                loss += t * t * wanted * (p - q);
            }
            *gradient += share * (t * (has - wanted) / samples) as f32;
        }
    }
    f64::from(share) * loss / samples
}

/// Matching of inner activations (Romero et al., “FitNets”, ICLR 2015): the mean squared difference, as a share of the
/// teacher's mean square. Adds to `gradient`.
pub fn matching(student: &[f32], teacher: &[f32], share: f32, gradient: &mut [f32]) -> f64 {
    let square: f64 = teacher.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    let scale = 1.0 / square.max(f64::from(f32::MIN_POSITIVE));
    let mut loss = 0.0;
    for ((&student, &teacher), gradient) in student.iter().zip(teacher).zip(gradient) {
        let apart = f64::from(student) - f64::from(teacher);
        loss += apart * apart;
        *gradient += share * (2.0 * apart * scale) as f32;
    }
    f64::from(share) * loss * scale
}

fn log_softmax(logits: &[f32], temperature: f64) -> Vec<f64> {
    let scaled = |&x: &f32| f64::from(x) / temperature;
    let largest = logits.iter().map(scaled).fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|x| (scaled(x) - largest).exp()).sum();
    logits
        .iter()
        .map(|x| scaled(x) - largest - sum.ln())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gradient of a loss against differences of it.
    fn slopes_agree(logits: &[f32], loss: impl Fn(&[f32], &mut [f32]) -> f64) {
        let mut gradient = vec![0.0; logits.len()];
        loss(logits, &mut gradient);
        for at in 0..logits.len() {
            let moved = |step: f32| {
                let mut logits = logits.to_vec();
                logits[at] += step;
                let place = f64::from(logits[at]);
                (place, loss(&logits, &mut vec![0.0; logits.len()]))
            };
            let ((above, high), (below, low)) = (moved(1e-2), moved(-1e-2));
            let slope = (high - low) / (above - below);
            assert!(
                (slope - f64::from(gradient[at])).abs() < 1e-4,
                "{at}: {slope} {}",
                gradient[at]
            );
        }
    }

    const LOGITS: [f32; 6] = [0.3, -1.2, 2.0, 0.0, 0.7, -0.4];
    const TEACHER: [f32; 6] = [1.0, 0.1, -0.5, 0.4, 2.2, 0.0];

    #[test]
    fn cross_entropy_is_what_its_formula_says() {
        // −ln softmax([0, 0])₀ = ln 2
        let loss = cross_entropy(&[0.0, 0.0], &[0], 0.0, 1.0, &mut [0.0; 2]);
        assert!((loss - std::f64::consts::LN_2).abs() < 1e-12);
        // Half the weight on a smoothed target: ½·(0.95·ln(1 + e⁻²) + 0.05·(2 + ln(1 + e⁻²)))
        let loss = cross_entropy(&[2.0, 0.0], &[0], 0.1, 0.5, &mut [0.0; 2]);
        let near = (1.0 + (-2f64).exp()).ln();
        assert!((loss - 0.5 * (0.95 * near + 0.05 * (2.0 + near))).abs() < 1e-7);
        slopes_agree(&LOGITS, |x, g| cross_entropy(x, &[2, 0], 0.1, 0.7, g));
    }

    #[test]
    fn distillation_is_zero_on_what_the_teacher_says() {
        let loss = distillation(&TEACHER, &TEACHER, 3, 4.0, 1.0, &mut [0.0; 6]);
        assert!(loss.abs() < 1e-12);
        slopes_agree(&LOGITS, |x, g| distillation(x, &TEACHER, 3, 4.0, 0.5, g));
    }

    #[test]
    fn matching_is_a_share_of_the_teachers_square() {
        let loss = matching(&[0.0, 0.0], &[3.0, 4.0], 1.0, &mut [0.0; 2]);
        assert!((loss - 1.0).abs() < 1e-12);
        slopes_agree(&LOGITS, |x, g| matching(x, &TEACHER, 0.5, g));
    }
}

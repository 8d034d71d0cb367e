//! Numbers of several runs in turns.

use super::simd::F32x4;

/// Writes a row whose numbers `j · stride + phase − lead` are the numbers `j` of run `phase`, of `phases` runs. `lead` is less
/// than `stride`, and `phases` is no more; where it is less, the row ends before the phases that are missing.
#[inline(always)]
pub fn weave<'a>(
    phases: usize,
    stride: usize,
    run: impl Fn(usize) -> &'a [f32],
    lead: usize,
    out: &mut [f32],
) {
    match (phases, lead) {
        (1, 0) if stride == 1 => out.copy_from_slice(&run(0)[..out.len()]),
        (2, 0) if stride == 2 => in_pairs(run(0), run(1), out),
        (2, 1) if stride == 2 => {
            let Some((first, out)) = out.split_first_mut() else {
                return;
            };
            *first = run(1)[0];
            in_pairs(&run(0)[1..], &run(1)[1..], out);
        }
        _ => {
            for phase in 0..phases {
                let skipped = usize::from(phase < lead);
                let start = skipped * stride + phase - lead;
                let places = out.iter_mut().skip(start).step_by(stride);
                places
                    .zip(&run(phase)[skipped..])
                    .for_each(|(to, from)| *to = *from);
            }
        }
    }
}

/// Numbers of `a` and `b` in turns, as many as `out` takes.
#[inline(always)]
pub fn in_pairs(a: &[f32], b: &[f32], out: &mut [f32]) {
    let fours = (out.len() / 8).min(a.len() / 4).min(b.len() / 4);
    let vectors = a.chunks_exact(4).zip(b.chunks_exact(4));
    for (out, (a, b)) in out.chunks_exact_mut(8).zip(vectors) {
        let pairs = F32x4::load_slice(a).pairs(F32x4::load_slice(b));
        pairs[0].store_slice(out);
        pairs[1].store_slice(&mut out[4..]);
    }
    let rest = a[4 * fours..].iter().zip(&b[4 * fours..]);
    for (out, (a, b)) in out[8 * fours..].chunks_mut(2).zip(rest) {
        out[0] = *a;
        if let Some(second) = out.get_mut(1) {
            *second = *b;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_where_it_should_be() {
        for stride in 1..6 {
            for lead in 0..stride {
                for length in 1..50usize {
                    let count = (length + lead).div_ceil(stride);
                    let runs: Vec<Vec<f32>> = (0..stride)
                        .map(|phase| (0..count).map(|j| (j * stride + phase) as f32).collect())
                        .collect();
                    let mut out = vec![f32::NAN; length];
                    weave(stride, stride, |phase| &runs[phase], lead, &mut out);
                    let want: Vec<f32> = (lead..lead + length).map(|p| p as f32).collect();
                    assert_eq!(out, want, "{stride} {lead}");
                }
            }
        }
    }
}

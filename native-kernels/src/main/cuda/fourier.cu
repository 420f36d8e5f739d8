// Discrete Fourier transforms in double precision: short rows by a block in shared memory, long ones pass by pass in global
// memory, both by Stockham's self-sorting algorithm; lengths with large prime factors by Bluestein's detour.
#include "elements.h"

typedef double2 wg_complex;

WG_DEVICE wg_complex wg_times(wg_complex a, wg_complex b) {
    return make_double2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}
WG_DEVICE wg_complex wg_plus(wg_complex a, wg_complex b) { return make_double2(a.x + b.x, a.y + b.y); }
WG_DEVICE wg_complex wg_minus(wg_complex a, wg_complex b) { return make_double2(a.x - b.x, a.y - b.y); }

constexpr int LARGEST_RADIX = 31;

/** exp(-2 pi i k / n), or its conjugate. */
WG_DEVICE wg_complex wg_root(wg_long k, wg_long n, bool inverse) {
    double s, c;
    sincospi(2 * (double)k / (double)n, &s, &c);
    return make_double2(c, inverse ? s : -s);
}

/**
 * One butterfly, number i of n / r: combines r sub-sequences of length n / done / r each, of which `done` lie side by side.
 *
 * @param root what gives the k-th root of unity of order n
 */
template <class Root>
WG_DEVICE void wg_butterfly(wg_complex *to, const wg_complex *from, int r, wg_long n, wg_long done, wg_long i, Root root) {
    const wg_long p = i / done, q = i - p * done, step = n / r, turn = n / r;
    const wg_complex *x = from + i;
    wg_complex *y = to + r * p * done + q;
    const wg_long w = p * done;
    if (r == 2) {
        const wg_complex a = x[0], b = x[step];
        y[0] = wg_plus(a, b);
        y[done] = wg_times(wg_minus(a, b), root(w));
    } else if (r == 4) {
        const wg_complex s = wg_plus(x[0], x[2 * step]), t = wg_minus(x[0], x[2 * step]);
        const wg_complex u = wg_plus(x[step], x[3 * step]);
        const wg_complex v = wg_times(wg_minus(x[step], x[3 * step]), root(turn));
        y[0] = wg_plus(s, u);
        y[done] = wg_times(wg_plus(t, v), root(w));
        y[2 * done] = wg_times(wg_minus(s, u), root(2 * w));
        y[3 * done] = wg_times(wg_minus(t, v), root(3 * w));
    } else {
        wg_complex v[LARGEST_RADIX];
        for (int j = 0; j < r; ++j) v[j] = x[j * step];
        for (int k = 0; k < r; ++k) {
            wg_complex sum = v[0];
            for (int j = 1; j < r; ++j) sum = wg_plus(sum, wg_times(v[j], root((wg_long)(j * k % r) * turn)));
            y[k * done] = wg_times(sum, root(k * w));
        }
    }
}

/** What the transform of a row is about. */
struct wg_fourier_call {
    wg_long rows, n, given, asked, in_step, out_step;
    /** From one row to the next in memory that is worked in. */
    wg_long pitch;
    /** The dtype, or that of the parts of complex numbers. */
    wg_long in_type, out_type;
    wg_long complex_in, complex_out, inverse;
};

/** Element j of a row, whose first lies at `at`: zero behind what is given, mirrored if only half of a spectrum is. */
WG_DEVICE wg_complex wg_fourier_element(const void *in, wg_long at, wg_long j, const wg_fourier_call &c) {
    wg_long k = j;
    bool mirrored = false;
    if (!c.complex_out && 2 * j > c.n) {
        k = c.n - j;
        mirrored = true;
    }
    if (k >= c.given) return make_double2(0, 0);
    const wg_long p = at + k * c.in_step;
    if (!c.complex_in) return make_double2(wg_read<double>(in, p, (int)c.in_type), 0);
    const float2 z = ((const float2 *)in)[p];
    const bool real = !c.complex_out && (k == 0 || 2 * k == c.n);
    return make_double2(z.x, real ? 0 : mirrored ? -(double)z.y : (double)z.y);
}

WG_DEVICE void wg_fourier_result(void *out, wg_long p, wg_complex z, double scale, const wg_fourier_call &c) {
    if (c.complex_out) ((float2 *)out)[p] = make_float2((float)(scale * z.x), (float)(scale * z.y));
    else wg_write<double>(out, p, (int)c.out_type, scale * z.x);
}

/** The factors of a length. */
struct wg_radices {
    int count, of[31];
};

/** A block for each row, in shared memory for three rows: two of numbers, one of roots. */
WG_KERNEL_OF(256, fourier_row, void *out, const void *in, wg_fourier_call c, double scale, wg_radices radices,
             wg_walk<2> rows) {
    WG_DYNAMIC_SHARED(wg_complex, shared);
    const int n = (int)c.n;
    wg_complex *from = shared, *to = shared + n, *roots = shared + 2 * n;
    wg_long at[2];
    wg_places(rows, blockIdx.x, at);
    for (int j = threadIdx.x; j < n; j += blockDim.x) {
        from[j] = wg_fourier_element(in, at[1], j, c);
        roots[j] = wg_root(j, n, c.inverse);
    }
    int done = 1;
    for (int f = 0; f < radices.count; ++f) {
        const int r = radices.of[f];
        __syncthreads();
        for (int i = threadIdx.x; i < n / r; i += blockDim.x)
            wg_butterfly(to, from, r, n, done, i, [=](wg_long k) { return roots[k]; });
        wg_complex *t = from;
        from = to;
        to = t;
        done *= r;
    }
    __syncthreads();
    for (int k = threadIdx.x; k < c.asked; k += blockDim.x)
        wg_fourier_result(out, at[0] + k * c.out_step, from[k], scale, c);
}

WG_KERNEL(fourier_roots, wg_complex *roots, wg_long n, int inverse) {
    WG_FOR(k, n) roots[k] = wg_root(k, n, inverse);
}

WG_KERNEL(fourier_load, wg_complex *work, const void *in, wg_fourier_call c, wg_walk<2> rows) {
    WG_FOR(i, c.rows * c.n) {
        const wg_long r = i / c.n, j = i - r * c.n;
        wg_long at[2];
        wg_places(rows, r, at);
        work[r * c.pitch + j] = wg_fourier_element(in, at[1], j, c);
    }
}

WG_KERNEL_OF(256, fourier_pass, wg_complex *to, const wg_complex *from, const wg_complex *roots, int r, wg_long n,
             wg_long done, wg_long rows) {
    WG_FOR(i, rows * (n / r)) {
        const wg_long row = i / (n / r);
        wg_butterfly(to + row * n, from + row * n, r, n, done, i - row * (n / r), [=](wg_long k) { return roots[k]; });
    }
}

WG_KERNEL(fourier_store, void *out, const wg_complex *work, wg_fourier_call c, double scale, wg_walk<2> rows) {
    WG_FOR(i, c.rows * c.asked) {
        const wg_long r = i / c.asked, k = i - r * c.asked;
        wg_long at[2];
        wg_places(rows, r, at);
        wg_fourier_result(out, at[0] + k * c.out_step, work[r * c.pitch + k], scale, c);
    }
}

// ---- Bluestein (1970): with jk = (j^2 + k^2 - (k - j)^2) / 2 a transform is a convolution with a chirp ------------------

/** exp(-pi i j^2 / n), or its conjugate. */
WG_DEVICE wg_complex wg_chirp(wg_long j, wg_long n, bool inverse) {
    double s, c;
    sincospi((double)(j * j % (2 * n)) / (double)n, &s, &c);
    return make_double2(c, inverse ? s : -s);
}

/** Rows of n times the chirp, followed by zeros up to the pitch. */
WG_KERNEL(fourier_chirped, wg_complex *work, wg_fourier_call c) {
    WG_FOR(i, c.rows * c.pitch) {
        const wg_long j = i % c.pitch;
        work[i] = j < c.n ? wg_times(work[i], wg_chirp(j, c.n, c.inverse)) : make_double2(0, 0);
    }
}

/** The conjugate chirp, at both ends of a row of m, divided by m. */
WG_KERNEL(fourier_filter, wg_complex *filter, wg_long n, wg_long m, int inverse) {
    WG_FOR(i, m) {
        const wg_long j = i < n ? i : m - i;
        const wg_complex z = j < n ? wg_chirp(j, n, !inverse) : make_double2(0, 0);
        filter[i] = make_double2(z.x / m, z.y / m);
    }
}

WG_KERNEL(fourier_filtered, wg_complex *work, const wg_complex *filter, wg_long rows, wg_long m) {
    WG_FOR(i, rows * m) work[i] = wg_times(work[i], filter[i % m]);
}

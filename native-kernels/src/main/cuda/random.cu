// Random numbers from the stream of io.wengert.kernel.Philox.
#include "elements.h"

/** The ordinals of io.wengert.kernel.Distribution. */
enum { UNIFORM, NORMAL, TRUNCATED_NORMAL, INTEGER, BERNOULLI };

struct wg_words {
    unsigned w[4];
};

WG_DEVICE wg_words wg_philox(wg_ulong key, wg_ulong counter) {
    unsigned c0 = (unsigned)counter, c1 = (unsigned)(counter >> 32), c2 = 0, c3 = 0;
    unsigned k0 = (unsigned)key, k1 = (unsigned)(key >> 32);
#pragma unroll
    for (int round = 0; round < 10; ++round) {
        const unsigned low0 = 0xD2511F53u * c0, high0 = __umulhi(0xD2511F53u, c0);
        const unsigned low1 = 0xCD9E8D57u * c2, high1 = __umulhi(0xCD9E8D57u, c2);
        c0 = high1 ^ c1 ^ k0;
        c2 = high0 ^ c3 ^ k1;
        c1 = low1;
        c3 = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return {{c0, c1, c2, c3}};
}

WG_DEVICE float wg_unit(unsigned word) { return (float)(word >> 8) * 0x1p-24f; }
WG_DEVICE double wg_unit(unsigned high, unsigned low) {
    return (double)((wg_ulong)(high >> 5) << 26 | low >> 6) * 0x1p-53;
}

/** The inverse of erf within +-0.96: a guess (Winitzki 2008) and two steps of Halley's method. */
WG_DEVICE double wg_inverse_erf(double x) {
    const double a = fabs(x), slope = 1.1283791670955126;
    if (a < 1e-9) return x / slope;
    double y;
    if (a < 0.3) {
        const double s = a * a;
        y = a / slope * (1 + s * (0.2617993877991494 + s * 0.14393173084921979));
    } else {
        const double l = log((1 - a) * (1 + a)), b = 2 / (3.141592653589793 * 0.147) + 0.5 * l;
        y = sqrt(sqrt(b * b - l / 0.147) - b);
    }
    for (int i = 0; i < 2; ++i) {
        const double excess = a < 0.5 ? erf(y) - a : (1 - a) - erfc(y);
        const double step = excess / (slope * exp(-y * y));
        y -= step / (1 + y * step);
    }
    return x < 0 ? -y : y;
}

/** By the inverse of the distribution function; erf(sqrt 2) of a normal distribution lies within two deviations. */
WG_DEVICE double wg_truncated(double mean, double deviation, double u) {
    return mean + deviation * 1.4142135623730951 * wg_inverse_erf(0.9544997361036416 * (2 * u - 1));
}

/** Two floats of two words. Rounding must not reach the upper bound of a range. */
WG_DEVICE void wg_floats(int distribution, double a, double b, unsigned w0, unsigned w1, float (&to)[4], int at) {
    const float unit[2] = {wg_unit(w0), wg_unit(w1)};
    if (distribution == NORMAL) {
        // Box and Muller: two normals of two uniforms; 1 - u is never 0.
        const float r = (float)b * sqrtf(-2 * logf(1 - unit[0]));
        float s, c;
        sincospif(2 * unit[1], &s, &c);
        to[at] = (float)a + r * c;
        to[at + 1] = (float)a + r * s;
        return;
    }
    for (int k = 0; k < 2; ++k) {
        const float u = unit[k];
        if (distribution == UNIFORM) {
            const float x = (float)(a + (b - a) * u), top = (float)b, low = (float)a;
            if (x >= top && b > a) {
                const float below = nextafterf(top, wg_ends<float>::least());
                to[at + k] = low > below ? low : below;
            } else {
                to[at + k] = x;
            }
        } else if (distribution == TRUNCATED_NORMAL) {
            to[at + k] = (float)wg_truncated(a, b, u + 0x1p-25);
        } else {
            to[at + k] = u < a ? 1 : 0;
        }
    }
}

WG_DEVICE double wg_double(int distribution, double a, double b, double u) {
    return distribution == UNIFORM            ? a + (b - a) * u
           : distribution == TRUNCATED_NORMAL ? wg_truncated(a, b, u + 0x1p-54)
                                              : u < a ? 1 : 0;
}

/** Four numbers of a counter, for the floating types up to 32 bits. */
WG_KERNEL(random_floats, void *out, int dtype, int distribution, double a, double b, wg_ulong key, wg_ulong counter,
          wg_long n, wg_walk<1> walk) {
    WG_FOR(i, (n + 3) / 4) {
        const wg_words w = wg_philox(key, counter + i);
        float v[4];
        wg_floats(distribution, a, b, w.w[0], w.w[1], v, 0);
        wg_floats(distribution, a, b, w.w[2], w.w[3], v, 2);
        for (int k = 0; k < 4; ++k)
            if (4 * i + k < n) wg_write<float>(out, wg_place(walk, 4 * i + k), dtype, v[k]);
    }
}

/** Two numbers of a counter, for everything else. */
WG_KERNEL(random_doubles, void *out, int dtype, int distribution, double a, double b, wg_ulong key, wg_ulong counter,
          wg_long n, wg_walk<1> walk) {
    WG_FOR(i, (n + 1) / 2) {
        const wg_words w = wg_philox(key, counter + i);
        const double u = wg_unit(w.w[0], w.w[1]), v = wg_unit(w.w[2], w.w[3]);
        double x, y;
        if (distribution == NORMAL) {
            const double r = b * sqrt(-2 * log(1 - u));
            double s, c;
            sincospi(2 * v, &s, &c);
            x = a + r * c;
            y = a + r * s;
        } else {
            x = wg_double(distribution, a, b, u);
            y = wg_double(distribution, a, b, v);
        }
        wg_write<double>(out, wg_place(walk, 2 * i), dtype, x);
        if (2 * i + 1 < n) wg_write<double>(out, wg_place(walk, 2 * i + 1), dtype, y);
    }
}

/** Two integers of a counter: 64 random bits scaled to the range by the upper half of the product (Lemire 2019). */
WG_KERNEL(random_integers, void *out, int dtype, wg_long from, wg_ulong range, wg_ulong key, wg_ulong counter, wg_long n,
          wg_walk<1> walk) {
    WG_FOR(i, (n + 1) / 2) {
        const wg_words w = wg_philox(key, counter + i);
        for (int k = 0; k < 2; ++k)
            if (2 * i + k < n) {
                const wg_ulong bits = (wg_ulong)w.w[2 * k] << 32 | w.w[2 * k + 1];
                wg_write<wg_long>(out, wg_place(walk, 2 * i + k), dtype, from + (wg_long)__umul64hi(bits, range));
            }
    }
}

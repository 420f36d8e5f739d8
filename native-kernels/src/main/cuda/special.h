// The special functions that CUDA lacks or defines otherwise, in double precision: the formulas of SpecialFunctions.java,
// where their sources and error bounds stand.
#pragma once

#include "wengert.h"

#define WG_PI 3.141592653589793
#define WG_TWO_OVER_SQRT_PI 1.1283791670955126
#define WG_LARGEST_FACTORIAL 170

template <int N> WG_DEVICE double wg_polynomial(const double (&c)[N], double x) {
    double sum = c[N - 1];
    for (int i = N - 2; i >= 0; --i) sum = sum * x + c[i];
    return sum;
}

/** One step of Halley's method for erf(y) = a. */
WG_DEVICE double wg_halley(double y, double a) {
    const double excess = a < 0.5 ? erf(y) - a : (1 - a) - erfc(y);
    const double step = excess / (WG_TWO_OVER_SQRT_PI * exp(-y * y));
    return y - step / (1 + y * step);
}

WG_DEVICE double wg_erfinv(double x) {
    const double a = fabs(x);
    if (a < 1e-9) return x / WG_TWO_OVER_SQRT_PI;
    if (!(a < 1)) return a == 1 ? copysign(INFINITY, x) : NAN;
    double y;
    if (a < 0.3) {
        const double s = a * a;
        y = a / WG_TWO_OVER_SQRT_PI * (1 + s * (0.2617993877991494 + s * 0.14393173084921979));
    } else {
        const double l = log((1 - a) * (1 + a)), b = 2 / (WG_PI * 0.147) + 0.5 * l;
        y = sqrt(sqrt(b * b - l / 0.147) - b);
    }
    return copysign(wg_halley(wg_halley(y, a), a), x);
}

/** cot(pi x) for x that is not an integer. */
WG_DEVICE double wg_cot_pi(double x) {
    const double r = x - rint(x), a = fabs(r);
    return copysign(a < 0.25 ? 1 / tan(WG_PI * a) : tan(WG_PI * (0.5 - a)), r);
}

/** digamma for x of at least 1. */
WG_DEVICE double wg_digamma_right(double x) {
    const double near[] = {
        0.9510558760318328, -0.4236274212814573, 0.24054248424078478, -0.14840492305485808, 0.09498872445354183,
        -0.06192213319072707, 0.0407608338843387, -0.026975800029253667, 0.017907250563619775,
        -0.011908146513976738, 0.007926972735646359, -0.005280903066090605, 0.0035187504361950134,
        -0.002337552647103118, 0.0015580749137213761, -0.0010776863967234226, 0.0007184107969046378,
        -0.00035476352053371977, 0.00023650171719339814, -0.0003783907897248858, 0.0002522590506964885};
    const double far[] = {1 / 12.0,   -1 / 120.0,      1 / 252.0, -1 / 240.0,      1 / 132.0,
                          -691 / 32760.0, 1 / 12.0, -3617 / 8160.0, 43867 / 14364.0};
    if (x >= 10) {
        const double w = 1 / (x * x);
        return isinf(x) ? x : log(x) - 0.5 / x - w * wg_polynomial(far, w);
    }
    double sum = 0;
    while (x > 2) {
        x -= 1;
        sum += 1 / x;
    }
    return ((x - 1.4616321449683622) - 9.549995429965697e-17) * wg_polynomial(near, x - 1.5) + sum;
}

WG_DEVICE double wg_digamma(double x) {
    if (x >= 1) return wg_digamma_right(x);
    if (x == 0) return -1 / x;
    if (x > 0) return wg_digamma_right(1 + x) - 1 / x;
    return x == rint(x) || isnan(x) ? NAN : wg_digamma_right(1 - x) - WG_PI * wg_cot_pi(x);
}

/** The Hurwitz zeta function, the sum of (x + k)^-s over k from 0, for s of at least 2 and positive x. */
WG_DEVICE double wg_zeta(int s, double x) {
    const double bernoulli[] = {1 / 6.0,     -1 / 30.0,      1 / 42.0,        -1 / 30.0,       5 / 66.0,
                                -691 / 2730.0, 7 / 6.0,      -3617 / 510.0,   43867 / 798.0,   -174611 / 330.0,
                                854513 / 138.0, -236364091 / 2730.0, 8553103 / 6.0};
    double sum = 0;
    for (const double far = 12 + s; x < far; x += 1) {
        const double term = pow(x, (double)-s);
        sum += term;
        if (term <= sum * 1e-18 || isinf(sum)) return sum;
    }
    const double power = pow(x, (double)-s);
    double tail = power * x / (s - 1) + 0.5 * power;
    double factor = power / x * s / 2;
    double term = factor * bernoulli[0];
    for (int k = 1; k < 13 && fabs(term) > 1e-18 * tail; ++k) {
        tail += term;
        factor *= (s + 2 * k - 1) / (x * (2 * k + 1)) * ((s + 2 * k) / (x * (2 * k + 2)));
        term = factor * bernoulli[k];
    }
    return sum + tail;
}

/** The n-th derivative of cot(pi x), n of at most 170: a polynomial in c = cot(pi x), since c' = -pi (1 + c^2). */
WG_DEVICE double wg_cot_pi_derivative(int n, double x) {
    double p[WG_LARGEST_FACTORIAL + 2] = {0, 1};
    for (int k = 0; k < n; ++k) {
        double below = 0; // what the power before gives to the next one
        p[k + 2] = 0;
        for (int i = 0; i <= k + 2; ++i) {
            const double above = i <= k ? -WG_PI * (i + 1) * p[i + 1] : 0;
            const double gives = -WG_PI * i * p[i];
            p[i] = above + below;
            below = gives;
        }
    }
    const double c = wg_cot_pi(x);
    double sum = p[n + 1];
    for (int i = n; i >= 0; --i) sum = sum * c + p[i];
    return sum;
}

/** The polygamma function of positive x and order of at least 1, without its sign. */
WG_DEVICE double wg_polygamma_size(int n, double x) {
    double z = wg_zeta(n + 1, x);
    if (n > WG_LARGEST_FACTORIAL) return exp(lgamma(n + 1.0) + log(z));
    for (int k = 2; k <= n; ++k) z *= k;
    return z;
}

/** @param order not an integer, or negative: NaN */
WG_DEVICE double wg_polygamma(double order, double x) {
    const int n = order >= 0 && order <= 2147483647.0 ? (int)order : -1;
    if (n < 0 || n != order || isnan(x)) return NAN;
    if (n == 0) return wg_digamma(x);
    const bool odd = n & 1;
    if (x > 0) return odd ? wg_polygamma_size(n, x) : -wg_polygamma_size(n, x);
    if (x == rint(x)) return odd ? INFINITY : x == 0 ? -1 / x : NAN;
    if (n > WG_LARGEST_FACTORIAL) return NAN;
    const double size = wg_polygamma_size(n, 1 - x); // the reflected value is its own, odd, or its negative, even
    return -size - WG_PI * wg_cot_pi_derivative(n, x);
}

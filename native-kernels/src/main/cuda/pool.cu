// Pooling: a thread for each element that is written, going through the taps of its window, or of those that see it.
#include "window.h"

/** The ordinals of io.wengert.kernel.Pooling. */
enum { POOL_MAX, POOL_SUM, POOL_MEAN, POOL_MEAN_PADDED };

/** How many of an axis' taps count in a mean: those that lie in the input, or in padding as wide behind as before it. */
WG_DEVICE int wg_counted(const wg_window &w, int axis, int place, bool padded) {
    const int margin = padded ? w.padding[axis] : 0;
    const int first = place * w.stride[axis] - w.padding[axis];
    int n = 0;
    for (int t = 0; t < w.kernel[axis]; ++t) {
        const int i = first + t * w.dilation[axis];
        n += i >= -margin && i < w.in[axis] + margin;
    }
    return n;
}

/** One over how many elements count. */
template <class L> WG_DEVICE L wg_pool_scale(const wg_window &w, int pooling, const int (&at)[3]) {
    if (pooling == POOL_SUM) return 1;
    double n = 1;
    for (int a = 0; a < 3; ++a) n *= wg_counted(w, a, at[a], pooling == POOL_MEAN_PADDED);
    return n == 0 ? L(0) : (L)(1 / n);
}

/** Calls body(tap, inside, d, h, w) for the taps of a window in order. */
template <class Body> WG_DEVICE void wg_taps(const wg_window &w, const int (&at)[3], Body body) {
    const int d0 = at[0] * w.stride[0] - w.padding[0], h0 = at[1] * w.stride[1] - w.padding[1];
    const int w0 = at[2] * w.stride[2] - w.padding[2];
    int tap = 0;
    for (int i = 0, d = d0; i < w.kernel[0]; ++i, d += w.dilation[0])
        for (int j = 0, h = h0; j < w.kernel[1]; ++j, h += w.dilation[1])
            for (int k = 0, x = w0; k < w.kernel[2]; ++k, x += w.dilation[2], ++tap)
                body(tap, d >= 0 && d < w.in[0] && h >= 0 && h < w.in[1] && x >= 0 && x < w.in[2], d, h, x);
}

/** The tap of the first largest element of a window, or of the first NaN; padding counts as the smallest. */
template <class T>
WG_DEVICE int wg_largest_tap(const T *guide, const wg_image &image, const wg_window &w, const wg_spot &s) {
    typedef wg_lane<T> L;
    int best = 0;
    L most = 0;
    wg_taps(w, s.at, [&](int tap, bool inside, int d, int h, int x) {
        const L v = inside ? wg_load(guide[image.at(s.b, s.c, d, h, x)]) : wg_ends<L>::least();
        if (tap == 0 || (most == most && !(v <= most))) {
            most = v;
            best = tap;
        }
    });
    return best;
}

/** The element that a tap sees; null for padding. */
template <class T>
WG_DEVICE const T *wg_tapped(const T *in, const wg_image &image, const wg_window &w, const wg_spot &s, int tap) {
    const int t[3] = {tap / w.kernel[2] / w.kernel[1], tap / w.kernel[2] % w.kernel[1], tap % w.kernel[2]};
    int i[3];
    for (int a = 0; a < 3; ++a) {
        i[a] = s.at[a] * w.stride[a] - w.padding[a] + t[a] * w.dilation[a];
        if (i[a] < 0 || i[a] >= w.in[a]) return nullptr;
    }
    return in + image.at(s.b, s.c, i[0], i[1], i[2]);
}

/** @param guide null for the usual maximum */
template <class T>
WG_DEVICE void wg_pool(T *out, const T *in, const T *guide, int pooling, wg_long n, const wg_window &w,
                       const wg_image &out_image, const wg_image &in_image, const wg_image &guide_image) {
    typedef wg_lane<T> L;
    WG_FOR(i, n) {
        const wg_spot s = wg_spot::of(i, w.channels, w.out);
        L r = pooling == POOL_MAX ? wg_ends<L>::least() : L(0);
        if (guide) {
            const T *x = wg_tapped(in, in_image, w, s, wg_largest_tap(guide, guide_image, w, s));
            r = x ? wg_load(*x) : L(0);
        } else if (pooling == POOL_MAX) {
            wg_taps(w, s.at, [&](int, bool inside, int d, int h, int x) {
                if (inside) r = wg_order<L>::largest(r, wg_load(in[in_image.at(s.b, s.c, d, h, x)]));
            });
        } else {
            wg_taps(w, s.at, [&](int, bool inside, int d, int h, int x) {
                if (inside) r += wg_load(in[in_image.at(s.b, s.c, d, h, x)]);
            });
            if (pooling != POOL_SUM) r *= wg_pool_scale<L>(w, pooling, s.at);
        }
        out[out_image.at(s.b, s.c, s.at[0], s.at[1], s.at[2])] = wg_store<T>(r);
    }
}

/** The tap that each window takes, as dense as out: for the transpose of the maximum. */
template <class T>
WG_DEVICE void wg_pool_places(int *taps, const T *guide, wg_long n, const wg_window &w, const wg_image &image) {
    WG_FOR(i, n) taps[i] = wg_largest_tap(guide, image, w, wg_spot::of(i, w.channels, w.out));
}

/** @param taps the tap that each window takes; null if all count */
template <class T>
WG_DEVICE void wg_pool_input(T *in, const T *out, const int *taps, int pooling, wg_long n, const wg_window &w,
                             const wg_image &in_image, const wg_image &out_image) {
    typedef wg_lane<T> L;
    WG_FOR(i, n) {
        const wg_spot s = wg_spot::of(i, w.channels, w.in);
        const wg_long plane = (wg_long)s.b * w.channels + s.c;
        L sum = 0;
        int tap = 0;
        for (int a = 0; a < w.kernel[0]; ++a) {
            const int d = s.at[0] + w.padding[0] - a * w.dilation[0];
            for (int b = 0; b < w.kernel[1]; ++b) {
                const int h = s.at[1] + w.padding[1] - b * w.dilation[1];
                for (int c = 0; c < w.kernel[2]; ++c, ++tap) {
                    const int x = s.at[2] + w.padding[2] - c * w.dilation[2];
                    if (d < 0 || h < 0 || x < 0 || d % w.stride[0] || h % w.stride[1] || x % w.stride[2]) continue;
                    const int o[3] = {d / w.stride[0], h / w.stride[1], x / w.stride[2]};
                    if (o[0] >= w.out[0] || o[1] >= w.out[1] || o[2] >= w.out[2]) continue;
                    if (taps && taps[((plane * w.out[0] + o[0]) * w.out[1] + o[1]) * w.out[2] + o[2]] != tap) continue;
                    const L y = wg_load(out[out_image.at(s.b, s.c, o[0], o[1], o[2])]);
                    sum += taps ? y : y * wg_pool_scale<L>(w, pooling, o);
                }
            }
        }
        in[in_image.at(s.b, s.c, s.at[0], s.at[1], s.at[2])] = wg_store<T>(sum);
    }
}

#define POOL(name, T)                                                                                                     \
    WG_KERNEL(pool_##name, T *out, const T *in, const T *guide, int pooling, wg_long n, wg_window w, wg_image out_image,  \
              wg_image in_image, wg_image guide_image) {                                                                  \
        wg_pool(out, in, guide, pooling, n, w, out_image, in_image, guide_image);                                         \
    }                                                                                                                     \
    WG_KERNEL(pool_places_##name, int *taps, const T *guide, wg_long n, wg_window w, wg_image image) {                    \
        wg_pool_places(taps, guide, n, w, image);                                                                         \
    }                                                                                                                     \
    WG_KERNEL(pool_input_##name, T *in, const T *out, const int *taps, int pooling, wg_long n, wg_window w,               \
              wg_image in_image, wg_image out_image) {                                                                    \
        wg_pool_input(in, out, taps, pooling, n, w, in_image, out_image);                                                 \
    }
POOL(float32, float)
POOL(float64, double)
POOL(float16, wg_half)
POOL(bfloat16, wg_bfloat)

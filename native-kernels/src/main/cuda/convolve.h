// Convolutions as products of matrices whose elements are found in images while they are loaded.
#pragma once

#include "matmul.h"
#include "window.h"

/** A place whose window is looked through, or a tap of it: an offset in memory and one along each axis. */
struct wg_look {
    wg_long base;
    int at[3];

    /** One that sees nothing. */
    WG_DEVICE static wg_look nothing() { return {0, {-(1 << 29), 0, 0}}; }
};

/** The image that is looked at. TURNED: the image is the output, seen from places of the input. */
template <class T, bool TURNED> struct wg_looking {
    const T *array;
    const wg_window &w;
    const wg_image &image;

    /** Places are counted through all images, taps through all channels. */
    WG_DEVICE wg_look site(wg_long i) const {
        const wg_spot s = wg_spot::of(i, 1, TURNED ? w.in : w.out);
        wg_look r;
        r.base = s.b * image.stride[0];
#pragma unroll
        for (int a = 0; a < 3; ++a) r.at[a] = TURNED ? s.at[a] + w.padding[a] : s.at[a] * w.stride[a] - w.padding[a];
        return r;
    }

    WG_DEVICE wg_look tap(wg_long i) const {
        const wg_spot s = wg_spot::of(i, 1, w.kernel);
        wg_look r;
        r.base = s.b * image.stride[1];
#pragma unroll
        for (int a = 0; a < 3; ++a) r.at[a] = TURNED ? -s.at[a] * w.dilation[a] : s.at[a] * w.dilation[a];
        return r;
    }

    WG_DEVICE T at(const wg_look &site, const wg_look &tap) const {
        wg_long p = site.base + tap.base;
        bool inside = true;
#pragma unroll
        for (int a = 0; a < 3; ++a) {
            int i = site.at[a] + tap.at[a];
            if (TURNED) {
                const int q = w.stride[a] == 1 ? i : i / w.stride[a];
                inside = inside && i >= 0 && q * w.stride[a] == i && q < w.out[a];
                i = q;
            } else {
                inside = inside && i >= 0 && i < w.in[a];
            }
            p += i * image.stride[2 + a];
        }
        return inside ? array[p] : wg_store<T>(0);
    }
};

/**
 * Loads from an image. SITES: rows are places and k counts taps, and neighbouring threads take neighbouring rows; otherwise
 * rows are taps and k counts places, and neighbouring threads take neighbouring k.
 */
template <class T, class S, int ROWS, int DEPTH, bool TURNED, bool SITES> struct wg_image_loader {
    static constexpr int R = ROWS / 32, K = DEPTH / 8;
    static_assert(R * K * TILE_THREADS == ROWS * DEPTH, "a tile that does not divide among threads");
    const wg_looking<T, TURNED> &from;
    wg_look fixed[R];
    T kept[R * K];

    static WG_DEVICE int row_of(int r) { return 32 * r + (SITES ? threadIdx.x & 31 : threadIdx.x >> 3); }
    static WG_DEVICE int k_of(int k) { return 8 * k + (SITES ? threadIdx.x >> 5 : threadIdx.x & 7); }

    WG_DEVICE wg_image_loader(const wg_looking<T, TURNED> &image, wg_long first, wg_long rows) : from(image) {
#pragma unroll
        for (int r = 0; r < R; ++r) {
            const wg_long row = first + row_of(r);
            fixed[r] = row >= rows ? wg_look::nothing() : SITES ? from.site(row) : from.tap(row);
        }
    }

    WG_DEVICE void fetch(wg_long k0, wg_long end) {
#pragma unroll
        for (int k = 0; k < K; ++k) {
            const wg_long p = k0 + k_of(k);
            const wg_look moving = p >= end ? wg_look::nothing() : SITES ? from.tap(p) : from.site(p);
#pragma unroll
            for (int r = 0; r < R; ++r)
                kept[k * R + r] = SITES ? from.at(fixed[r], moving) : from.at(moving, fixed[r]);
        }
    }

    template <int PITCH> WG_DEVICE void put(S (*slice)[PITCH]) const {
#pragma unroll
        for (int k = 0; k < K; ++k)
#pragma unroll
            for (int r = 0; r < R; ++r) slice[k_of(k)][row_of(r)] = wg_held<S, T>::of(kept[k * R + r]);
    }
};

struct wg_convolve_call {
    wg_window w;
    /** Elements of the product along k of a part, and how far the results of parts lie from each other. */
    wg_long part, result_part;
    /** Whether weights, or the output's gradient, can be read in aligned runs of four. */
    wg_long vectors;
};

constexpr wg_long NOWHERE = -0x7fffffffffffffffLL - 1;

/** Stores rows (channels) and columns (places, counted through all images) of an image. */
template <class T> struct wg_image_store {
    wg_result<T> array;
    wg_long start;
    const wg_image &image;
    const int (&size)[3];
    int channels, first;
    wg_long sites, first_site;

    /** Where columns lie, or NOWHERE. */
    template <int W> struct places {
        wg_long at[W];
    };
    template <int W> WG_DEVICE places<W> columns(int n) const {
        places<W> r;
#pragma unroll
        for (int e = 0; e < W; ++e) {
            const wg_long site = first_site + n + e;
            const wg_spot s = wg_spot::of(site, 1, size);
            r.at[e] = site < sites ? image.at(s.b, 0, s.at[0], s.at[1], s.at[2]) : NOWHERE;
        }
        return r;
    }

    template <class L, int W> WG_DEVICE void put(int m, const places<W> &columns, const L (&v)[W]) const {
        if (first + m >= channels) return;
        const wg_long to = start + (first + m) * image.stride[1];
#pragma unroll
        for (int e = 0; e < W; ++e)
            if (columns.at[e] != NOWHERE) array.set(to + columns.at[e], v[e]);
    }
};

WG_DEVICE int wg_volume(const int (&n)[3]) { return n[0] * n[1] * n[2]; }

/** out = weight * windows of in, group by group; filters by places. */
template <class T, class Way>
WG_DEVICE void wg_convolve(void *out, const T *in, const T *weight, const wg_convolve_call &c, const wg_image &out_image,
                           const wg_image &in_image) {
    __shared__ typename Way::slices shared;
    const wg_window &w = c.w;
    const int filters = w.filters / w.groups, channels = w.channels / w.groups, depth = channels * wg_volume(w.kernel);
    const wg_long sites = (wg_long)w.batch * wg_volume(w.out), columns = (sites + Way::N - 1) / Way::N;
    const int m0 = (int)(blockIdx.x / columns) * Way::M;
    const wg_long n0 = blockIdx.x % columns * Way::N, from = blockIdx.y * c.part;
    const wg_long end = from + c.part < depth ? from + c.part : depth;
    for (int g = blockIdx.z; g < w.groups; g += gridDim.z) {
        const wg_matrix<T> a = {weight + (wg_long)g * filters * depth, depth, 1, filters, c.vectors != 0, 0, 0};
        const wg_looking<T, false> image = {in + g * channels * in_image.stride[1], w, in_image};
        wg_matrix_loader<T, typename Way::held, Way::M, Way::K, true> x(a, m0);
        wg_image_loader<T, typename Way::held, Way::N, Way::K, false, true> y(image, n0, sites);
        const wg_image_store<T> store = {{out, gridDim.y > 1},
                                         blockIdx.y * c.result_part + g * filters * out_image.stride[1],
                                         out_image, w.out, filters, m0, sites, n0};
        Way::run(shared, x, y, from, end, store);
    }
}

/** in = transposed weight * what of out each place of in went to; channels by places. */
template <class T, class Way>
WG_DEVICE void wg_convolve_input(void *in, const T *out, const T *weight, const wg_convolve_call &c, const wg_image &in_image,
                                 const wg_image &out_image) {
    __shared__ typename Way::slices shared;
    const wg_window &w = c.w;
    const int filters = w.filters / w.groups, channels = w.channels / w.groups, taps = wg_volume(w.kernel);
    const wg_long sites = (wg_long)w.batch * wg_volume(w.in), columns = (sites + Way::N - 1) / Way::N;
    const int m0 = (int)(blockIdx.x / columns) * Way::M;
    const wg_long n0 = blockIdx.x % columns * Way::N, from = blockIdx.y * c.part, depth = (wg_long)filters * taps;
    const wg_long end = from + c.part < depth ? from + c.part : depth;
    for (int g = blockIdx.z; g < w.groups; g += gridDim.z) {
        const wg_matrix<T> a = {weight + (wg_long)g * filters * channels * taps, taps, 1, channels, false, (unsigned)taps,
                                (wg_long)channels * taps};
        const wg_looking<T, true> image = {out + g * filters * out_image.stride[1], w, out_image};
        wg_matrix_loader<T, typename Way::held, Way::M, Way::K, true, true> x(a, m0);
        wg_image_loader<T, typename Way::held, Way::N, Way::K, true, true> y(image, n0, sites);
        const wg_image_store<T> store = {{in, gridDim.y > 1},
                                         blockIdx.y * c.result_part + g * channels * in_image.stride[1],
                                         in_image, w.in, channels, m0, sites, n0};
        Way::run(shared, x, y, from, end, store);
    }
}

/** weight = out * transposed windows of in; filters by taps, over all places. The planes of out are dense. */
template <class T, class Way>
WG_DEVICE void wg_convolve_weight(void *weight, const T *in, const T *out, const wg_convolve_call &c, const wg_image &in_image,
                                  const wg_image &out_image) {
    __shared__ typename Way::slices shared;
    const wg_window &w = c.w;
    const int filters = w.filters / w.groups, channels = w.channels / w.groups, depth = channels * wg_volume(w.kernel);
    const int plane = wg_volume(w.out), columns = (depth + Way::N - 1) / Way::N;
    const int m0 = (int)(blockIdx.x / columns) * Way::M, n0 = (int)(blockIdx.x % columns) * Way::N;
    const wg_long from = blockIdx.y * c.part, sites = (wg_long)w.batch * plane;
    const wg_long end = from + c.part < sites ? from + c.part : sites;
    for (int g = blockIdx.z; g < w.groups; g += gridDim.z) {
        const wg_matrix<T> a = {out + g * filters * out_image.stride[1], out_image.stride[1], 1, filters, c.vectors != 0,
                                (unsigned)plane, out_image.stride[0]};
        const wg_looking<T, false> image = {in + g * channels * in_image.stride[1], w, in_image};
        wg_matrix_loader<T, typename Way::held, Way::M, Way::K, true, true> x(a, m0);
        wg_image_loader<T, typename Way::held, Way::N, Way::K, false, false> y(image, n0, depth);
        const wg_matmul_store<T> store = {{weight, gridDim.y > 1},
                                          blockIdx.y * c.result_part + (wg_long)(g * filters + m0) * depth + n0,
                                          depth, 1, filters - m0, depth - n0, false};
        Way::run(shared, x, y, from, end, store);
    }
}

#define CONVOLVE(name, T, blocks, ...)                                                                                  \
    WG_TILE_KERNEL(blocks, convolve_##name, void *out, const T *in, const T *weight, wg_convolve_call c,                \
                   wg_image out_image, wg_image in_image) {                                                             \
        wg_convolve<T, __VA_ARGS__>(out, in, weight, c, out_image, in_image);                                           \
    }                                                                                                                   \
    WG_TILE_KERNEL(blocks, convolve_input_##name, void *in, const T *out, const T *weight, wg_convolve_call c,          \
                   wg_image in_image, wg_image out_image) {                                                             \
        wg_convolve_input<T, __VA_ARGS__>(in, out, weight, c, in_image, out_image);                                     \
    }                                                                                                                   \
    WG_TILE_KERNEL(blocks, convolve_weight_##name, void *weight, const T *in, const T *out, wg_convolve_call c,         \
                   wg_image in_image, wg_image out_image) {                                                             \
        wg_convolve_weight<T, __VA_ARGS__>(weight, in, out, c, in_image, out_image);                                    \
    }

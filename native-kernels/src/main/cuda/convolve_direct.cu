// Convolutions of many groups of few channels each, where a product of matrices would be mostly padding.
#include "convolve.h"

/** A thread for each element of out. */
template <class T>
WG_DEVICE void wg_direct(T *out, const T *in, const T *weight, wg_long n, const wg_window &w, const wg_image &out_image,
                         const wg_image &in_image) {
    typedef wg_lane<T> L;
    const int filters = w.filters / w.groups, channels = w.channels / w.groups, taps = wg_volume(w.kernel);
    WG_FOR(i, n) {
        const wg_spot s = wg_spot::of(i, w.filters, w.out);
        const int first = s.c / filters * channels;
        const T *weights = weight + (wg_long)s.c * channels * taps;
        L sum = 0;
        for (int c = 0; c < channels; ++c)
            for (int a = 0; a < w.kernel[0]; ++a) {
                const int d = s.at[0] * w.stride[0] - w.padding[0] + a * w.dilation[0];
                for (int b = 0; b < w.kernel[1]; ++b) {
                    const int h = s.at[1] * w.stride[1] - w.padding[1] + b * w.dilation[1];
                    for (int e = 0; e < w.kernel[2]; ++e, ++weights) {
                        const int x = s.at[2] * w.stride[2] - w.padding[2] + e * w.dilation[2];
                        if (d >= 0 && d < w.in[0] && h >= 0 && h < w.in[1] && x >= 0 && x < w.in[2])
                            sum = wg_fma(wg_load(*weights), wg_load(in[in_image.at(s.b, first + c, d, h, x)]), sum);
                    }
                }
            }
        out[out_image.at(s.b, s.c, s.at[0], s.at[1], s.at[2])] = wg_store<T>(sum);
    }
}

/** A thread for each element of in. */
template <class T>
WG_DEVICE void wg_direct_input(T *in, const T *out, const T *weight, wg_long n, const wg_window &w, const wg_image &in_image,
                               const wg_image &out_image) {
    typedef wg_lane<T> L;
    const int filters = w.filters / w.groups, channels = w.channels / w.groups, taps = wg_volume(w.kernel);
    WG_FOR(i, n) {
        const wg_spot s = wg_spot::of(i, w.channels, w.in);
        const int first = s.c / channels * filters;
        const wg_looking<T, true> image = {out, w, out_image};
        wg_look site;
        site.base = s.b * out_image.stride[0] + first * out_image.stride[1];
        for (int a = 0; a < 3; ++a) site.at[a] = s.at[a] + w.padding[a];
        L sum = 0;
        for (int f = 0; f < filters; ++f) {
            const T *weights = weight + ((wg_long)(first + f) * channels + s.c % channels) * taps;
            for (int t = 0; t < taps; ++t)
                sum = wg_fma(wg_load(weights[t]), wg_load(image.at(site, image.tap((wg_long)f * taps + t))), sum);
        }
        in[in_image.at(s.b, s.c, s.at[0], s.at[1], s.at[2])] = wg_store<T>(sum);
    }
}

/** A block for each weight. */
template <class T>
WG_DEVICE void wg_direct_weight(T *weight, const T *in, const T *out, const wg_window &w, const wg_image &in_image,
                                const wg_image &out_image) {
    typedef wg_lane<T> L;
    const int filters = w.filters / w.groups, channels = w.channels / w.groups, taps = wg_volume(w.kernel);
    const int tap = blockIdx.x % taps, c = blockIdx.x / taps % channels, f = blockIdx.x / taps / channels;
    const wg_looking<T, false> image = {in, w, in_image};
    wg_look at = image.tap(tap);
    at.base += (f / filters * channels + c) * in_image.stride[1];
    L sum = 0;
    double total = 0;
    int many = 0;
    for (wg_long i = threadIdx.x; i < (wg_long)w.batch * wg_volume(w.out); i += blockDim.x) {
        const wg_spot s = wg_spot::of(i, 1, w.out);
        const L y = wg_load(out[out_image.at(s.b, f, s.at[0], s.at[1], s.at[2])]);
        sum = wg_fma(y, wg_load(image.at(image.site(i), at)), sum);
        // Long sums are carried on in double precision.
        if (++many == 128) {
            total += sum;
            sum = 0;
            many = 0;
        }
    }
    total = wg_combine_lanes<wg_combining<WG_SUM>>(total + sum, blockDim.x);
    if (threadIdx.x == 0) weight[blockIdx.x] = wg_store<T>((L)total);
}

#define DIRECT(name, T)                                                                                                   \
    WG_KERNEL(convolve_direct_##name, T *out, const T *in, const T *weight, wg_long n, wg_window w, wg_image out_image,   \
              wg_image in_image) {                                                                                        \
        wg_direct(out, in, weight, n, w, out_image, in_image);                                                            \
    }                                                                                                                     \
    WG_KERNEL(convolve_direct_input_##name, T *in, const T *out, const T *weight, wg_long n, wg_window w,                 \
              wg_image in_image, wg_image out_image) {                                                                    \
        wg_direct_input(in, out, weight, n, w, in_image, out_image);                                                      \
    }                                                                                                                     \
    WG_KERNEL_OF(256, convolve_direct_weight_##name, T *weight, const T *in, const T *out, wg_window w,                   \
                 wg_image in_image, wg_image out_image) {                                                                 \
        wg_direct_weight(weight, in, out, w, in_image, out_image);                                                        \
    }
DIRECT(float32, float)
DIRECT(float64, double)
DIRECT(float16, wg_half)
DIRECT(bfloat16, wg_bfloat)

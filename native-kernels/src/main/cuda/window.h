// Windows over one to three spatial axes, brought to three: missing axes come first and have size 1.
#pragma once

#include "elements.h"

struct wg_window {
    int batch, channels, filters, groups;
    int in[3], out[3], kernel[3], stride[3], padding[3], dilation[3];
};

/** Strides of batch, channel and the three spatial axes. */
struct wg_image {
    wg_long stride[5];

    WG_DEVICE wg_long at(int b, int c, int d, int h, int w) const {
        return b * stride[0] + c * stride[1] + d * stride[2] + h * stride[3] + w * stride[4];
    }
};

/** Where an element lies among all of an array of five axes. */
struct wg_spot {
    int b, c, at[3];

    WG_DEVICE static wg_spot of(wg_long i, int channels, const int (&size)[3]) {
        wg_spot s;
        wg_ulong rest = (wg_ulong)i;
        for (int a = 2; a >= 0; --a) s.at[a] = pop(rest, (unsigned)size[a]);
        s.c = pop(rest, (unsigned)channels);
        s.b = (int)rest;
        return s;
    }

    /** The remainder, and the quotient in place of what is divided. */
    WG_DEVICE static int pop(wg_ulong &rest, unsigned by) {
        const wg_ulong q = rest >> 32 ? rest / by : (unsigned)rest / by;
        const int r = (int)(rest - q * by);
        rest = q;
        return r;
    }
};

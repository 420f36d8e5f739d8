package io.wengert.op;

import static io.wengert.op.Input.any;

/** Samples of {@link Elementary}. */
final class ElementarySamples extends Samples {

    ElementarySamples() {
        each(Elementary.NEG);
        each(Elementary.ABS, any().awayFrom(0));
        each(Elementary.SIGN, any().awayFrom(0));
        each(Elementary.SQUARE);
        each(Elementary.SQRT, any().between(0.3, 4));
        each(Elementary.RSQRT, any().between(0.5, 4));
        each(Elementary.RECIPROCAL, any().between(0.5, 4));
        each(Elementary.CBRT, any().between(0.3, 4));
        each(Elementary.EXP);
        each(Elementary.EXPM1);
        each(Elementary.LOG, any().between(0.5, 4));
        each(Elementary.LOG1P, any().between(-0.5, 4));
        each(Elementary.LOG2, any().between(0.5, 4));
        each(Elementary.LOG10, any().between(0.5, 4));
        each(Elementary.SIN);
        each(Elementary.COS);
        each(Elementary.TAN, any().between(-1, 1));
        each(Elementary.ASIN, any().between(-0.8, 0.8));
        each(Elementary.ACOS, any().between(-0.8, 0.8));
        each(Elementary.ATAN);
        each(Elementary.SINH);
        each(Elementary.COSH);
        each(Elementary.TANH);
        each(Elementary.ASINH);
        each(Elementary.ACOSH, any().between(1.5, 4));
        each(Elementary.ATANH, any().between(-0.8, 0.8));
        each(Elementary.ERF);
        each(Elementary.ERFC);
        each(Elementary.ERFINV, any().between(-0.8, 0.8));
        each(Elementary.GAMMALN, any().between(0.5, 4));
        each(Elementary.FLOOR, any().awayFrom(-1, 0, 1));
        each(Elementary.CEIL, any().awayFrom(-1, 0, 1));
        each(Elementary.ROUND, any().awayFrom(-1.5, -0.5, 0.5, 1.5));
        each(Elementary.TRUNC, any().awayFrom(-1, 0, 1));
    }
}

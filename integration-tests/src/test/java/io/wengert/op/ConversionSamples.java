package io.wengert.op;

import static io.wengert.op.Input.in;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;

/** Samples of {@link Conversions}. */
final class ConversionSamples extends Samples {

    ConversionSamples() {
        for (DType to : Sample.REALS) {
            Input x = in(2, 3).between(to.family() == DType.Family.UNSIGNED ? 0 : -4, 4);
            sample(Conversions.CAST, to, x).is(v -> v[0].like(i -> HostElements.rounded(to, v[0].at(i))))
                    .in(to.isFloating() ? Sample.FLOATS : Sample.REALS);
        }
        sample(Conversions.CAST, DType.FLOAT32, in(1021)).is(x -> x[0]).in(Sample.NUMBERS);
        sample(Conversions.COPY, in(2, 3)).is(x -> x[0]);
        sample(Conversions.COPY, in()).is(x -> x[0]);
        sample(Conversions.COPY, in(3, 0)).is(x -> x[0]);
        sample(Conversions.COPY, in(65, 33)).is(x -> x[0]);
        Backend here = TestDevice.backend();
        sample(Conversions.TO_DEVICE, new Conversions.Transfer(here, here), in(2, 3)).is(x -> x[0]);
    }
}

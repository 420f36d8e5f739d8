package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;

/** Image operations and the boxes of object detection. */
interface ImageMethods extends TensorArrayEx {
    // @formatter:off
    @Override default NDArray interpolation(long[] a, int b, boolean c) { throw TensorArray.missing("interpolation"); }
    @Override default NDArray resize(int a, int b, int c) { throw TensorArray.missing("resize"); }
    @Override default NDArray randomFlipLeftRight() { throw TensorArray.missing("randomFlipLeftRight"); }
    @Override default NDArray randomFlipTopBottom() { throw TensorArray.missing("randomFlipTopBottom"); }
    @Override default NDArray randomBrightness(float a) { throw TensorArray.missing("randomBrightness"); }
    @Override default NDArray randomHue(float a) { throw TensorArray.missing("randomHue"); }
    @Override default NDArray randomColorJitter(float a, float b, float c, float d) { throw TensorArray.missing("randomColorJitter"); }
    @Override default NDList multiBoxTarget(NDList a, float b, float c, float d, float e, int f) { throw TensorArray.missing("multiBoxTarget"); }
    @Override default NDList multiBoxPrior(List<Float> a, List<Float> b, List<Float> c, List<Float> d, boolean e) { throw TensorArray.missing("multiBoxPrior"); }
    @Override default NDList multiBoxDetection(NDList a, boolean b, float c, int d, float e, boolean f, int g) { throw TensorArray.missing("multiBoxDetection"); }
    // @formatter:on
}

package io.wengert.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.transformer.IdEmbedding;
import ai.djl.nn.transformer.PointwiseFeedForwardBlock;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;

/**
 * A Transformer that predicts the next token at each place of a text and sees the places before it only: tokens
 * (batch, length) become logits (batch * length, alphabet).
 *
 * <p>It is made of DJL's attention and feed-forward blocks, normalized before each of them as in GPT-2. DJL's own
 * {@code TransformerEncoderBlock} normalizes over the batch, so that in training a place would see later ones.
 */
final class CausalTransformer extends AbstractBlock {

    private final int alphabetSize;
    private final int width;
    private final IdEmbedding tokens;
    private final Parameter places;
    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear logits;

    /**
     * Describes the network.
     *
     * @param length the longest text
     * @param width numbers a place
     * @param heads attention heads, a divisor of {@code width}
     */
    CausalTransformer(int alphabetSize, int length, int width, int heads, int depth) {
        this.alphabetSize = alphabetSize;
        this.width = width;
        tokens = addChildBlock("tokens", new IdEmbedding.Builder()
                .setDictionarySize(alphabetSize).setEmbeddingSize(width).build());
        places = addParameter(Parameter.builder()
                .setName("places").setType(Parameter.Type.WEIGHT).optShape(new Shape(length, width)).build());
        for (int i = 0; i < depth; i++) layers.add(addChildBlock("layer" + i, new Layer(width, heads)));
        norm = addChildBlock("norm", LayerNorm.builder().axis(2).build());
        logits = addChildBlock("logits", Linear.builder().setUnits(alphabetSize).build());
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... shapes) {
        tokens.initialize(manager, dataType, shapes);
        Shape hidden = shapes[0].add(width);
        for (Block block : layers) block.initialize(manager, dataType, hidden);
        norm.initialize(manager, dataType, hidden);
        logits.initialize(manager, dataType, hidden);
    }

    @Override
    protected NDList forwardInternal(ParameterStore store, NDList inputs, boolean training,
            PairList<String, Object> params) {
        NDArray ids = inputs.head();
        long length = ids.getShape().get(1);
        NDArray here = store.getValue(places, ids.getDevice(), training).get("0:{}", length);
        NDArray hidden = tokens.forward(store, new NDList(ids), training).head().add(here);
        NDArray mask = causalMask(ids.getManager(), length);
        for (Layer layer : layers) hidden = layer.forward(store, new NDList(hidden, mask), training).head();
        NDList normed = norm.forward(store, new NDList(hidden), training);
        return new NDList(logits.forward(store, normed, training).head().reshape(-1, alphabetSize));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) { return new Shape[] {new Shape(shapes[0].size(), alphabetSize)}; }

    /** What is added to the scores (batch, heads, to, from): 0 where {@code from <= to}, else practically minus infinity. */
    private static NDArray causalMask(NDManager manager, long length) {
        NDArray place = manager.arange((float) length);
        NDArray later = place.expandDims(0).gt(place.expandDims(1));
        return later.toType(DataType.FLOAT32, false).mul(-1e5f).reshape(1, 1, length, length);
    }

    /** Attention to what came before and a feed-forward network, each added to its input. */
    private static final class Layer extends AbstractBlock {

        private final LayerNorm attentionNorm;
        private final ScaledDotProductAttentionBlock attention;
        private final LayerNorm feedForwardNorm;
        private final PointwiseFeedForwardBlock feedForward;

        Layer(int width, int heads) {
            attentionNorm = addChildBlock("attentionNorm", LayerNorm.builder().axis(2).build());
            attention = addChildBlock("attention", ScaledDotProductAttentionBlock.builder()
                    .setEmbeddingSize(width).setHeadCount(heads).optAttentionProbsDropoutProb(0).build());
            feedForwardNorm = addChildBlock("feedForwardNorm", LayerNorm.builder().axis(2).build());
            feedForward = addChildBlock("feedForward",
                    new PointwiseFeedForwardBlock(List.of(4 * width), width, Activation::gelu));
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... shapes) {
            for (Block block : children.values()) block.initialize(manager, dataType, shapes[0]);
        }

        @Override
        protected NDList forwardInternal(ParameterStore store, NDList inputs, boolean training,
                PairList<String, Object> params) {
            NDArray input = inputs.get(0);
            NDArray normed = attentionNorm.forward(store, new NDList(input), training).head();
            NDArray heard = attention.forward(store, new NDList(normed, inputs.get(1)), training).head().add(input);
            NDList normedAgain = feedForwardNorm.forward(store, new NDList(heard), training);
            return new NDList(feedForward.forward(store, normedAgain, training).head().add(heard));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) { return new Shape[] {shapes[0]}; }
    }
}

package io.wengert.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.transformer.IdEmbedding;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

/**
 * An encoder and a decoder, both gated recurrent, joined by Luong's dot-product attention (2015): it reads a sequence
 * (batch, from) and the part already written (batch, to), and gives for each place what comes next, (batch * to,
 * alphabet), and, when it does not train, what it looked at, (batch, to, from).
 */
final class Seq2SeqBlock extends AbstractBlock {

    private final int alphabetSize;
    private final int width;
    private final IdEmbedding letters;
    private final GRU encoder;
    private final GRU decoder;
    private final Linear joined;
    private final Linear logits;

    /** Describes the network; token 0 of the alphabet is a filler that nobody looks at. */
    Seq2SeqBlock(int alphabetSize, int width) {
        this.alphabetSize = alphabetSize;
        this.width = width;
        letters = addChildBlock("letters", new IdEmbedding.Builder()
                .setDictionarySize(alphabetSize).setEmbeddingSize(width).build());
        encoder = addChildBlock("encoder", recurrent());
        decoder = addChildBlock("decoder", recurrent());
        joined = addChildBlock("joined", Linear.builder().setUnits(width).build());
        logits = addChildBlock("logits", Linear.builder().setUnits(alphabetSize).build());
    }

    private GRU recurrent() {
        return GRU.builder().setStateSize(width).setNumLayers(1).optBatchFirst(true).optReturnState(true).build();
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... shapes) {
        letters.initialize(manager, dataType, shapes[0]);
        encoder.initialize(manager, dataType, shapes[0].add(width));
        decoder.initialize(manager, dataType, shapes[1].add(width));
        joined.initialize(manager, dataType, shapes[1].add(2L * width));
        logits.initialize(manager, dataType, shapes[1].add(width));
    }

    @Override
    protected NDList forwardInternal(ParameterStore store, NDList inputs, boolean training,
            PairList<String, Object> params) {
        NDArray from = inputs.get(0);
        NDList read = encoder.forward(store, letters.forward(store, new NDList(from), training), training);
        NDList written = letters.forward(store, new NDList(inputs.get(1)), training);
        NDArray states = decoder.forward(store, new NDList(written.head(), read.get(1)), training).head();
        NDArray scores = states.matMul(read.head().transpose(0, 2, 1)).div(Math.sqrt(width));
        NDArray fillers = from.eq(0).toType(DataType.FLOAT32, false).mul(-1e5f).expandDims(1);
        NDArray attention = scores.add(fillers).softmax(-1);
        NDArray both = states.concat(attention.matMul(read.head()), -1);
        NDArray hidden = joined.forward(store, new NDList(both), training).head().tanh();
        NDArray next = logits.forward(store, new NDList(hidden), training).head().reshape(-1, alphabetSize);
        return training ? new NDList(next) : new NDList(next, attention);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) { return new Shape[] {new Shape(shapes[1].size(), alphabetSize)}; }
}

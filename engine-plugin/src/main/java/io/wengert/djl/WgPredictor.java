package io.wengert.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import io.wengert.autograd.Tape;
import io.wengert.tensor.Readers;
import java.util.List;

/** A predictor that pauses recording on its thread while it works, and may work beside a trainer of the same model. */
final class WgPredictor<I, O> extends Predictor<I, O> {

    WgPredictor(Model model, Translator<I, O> translator, Device device) { super(model, translator, device, false); }

    @Override
    public List<O> batchPredict(List<I> inputs) throws TranslateException {
        Tape.Mode pause = Tape.pause();
        Readers.enter();
        try {
            return super.batchPredict(inputs);
        } finally {
            Readers.leave();
            pause.close();
        }
    }
}

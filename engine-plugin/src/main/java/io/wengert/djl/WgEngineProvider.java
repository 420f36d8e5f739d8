package io.wengert.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;

/** How DJL finds the engine. */
public final class WgEngineProvider implements EngineProvider {

    private static final class Holder {
        static final WgEngine INSTANCE = new WgEngine();
    }

    /** The one engine of this process. */
    static WgEngine engine() { return Holder.INSTANCE; }

    @Override
    public String getEngineName() { return WgEngine.ENGINE_NAME; }

    @Override
    public int getEngineRank() { return WgEngine.RANK; }

    @Override
    public Engine getEngine() { return engine(); }
}

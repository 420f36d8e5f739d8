package io.wengert.djl;

import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooProvider;

/** How DJL's model zoo finds the engine. */
public final class WgZooProvider implements ZooProvider {

    @Override
    public ModelZoo getModelZoo() { return new WgModelZoo(); }
}

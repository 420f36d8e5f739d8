package io.wengert.djl;

import ai.djl.repository.zoo.ModelZoo;
import java.util.HashSet;
import java.util.Set;

/**
 * A zoo without models of its own, which makes those of DJL's basic zoo available to this engine.
 *
 * <p>The basic zoo names the engines that its models, which are blocks in Java, are for, and leaves others out. Whenever
 * somebody looks through the zoos, this one sees to it that the basic zoo is there with this engine among the others;
 * registering a zoo again is how DJL has it replaced, and at start-up the later of two wins.
 */
final class WgModelZoo extends ModelZoo {

    static final String GROUP = "io.wengert.zoo";
    private static final String BASIC = "ai.djl.zoo";

    /** The basic zoo with one engine more. */
    private static final class Adopted extends ModelZoo {
        private final ModelZoo basic;

        Adopted(ModelZoo basic) {
            this.basic = basic;
            basic.getModelLoaders().forEach(this::addModel);
        }

        @Override
        public String getGroupId() { return BASIC; }

        @Override
        public Set<String> getSupportedEngines() {
            Set<String> engines = new HashSet<>(basic.getSupportedEngines());
            engines.add(WgEngine.ENGINE_NAME);
            return engines;
        }
    }

    private static void adopt() {
        ModelZoo basic = hasModelZoo(BASIC) ? getModelZoo(BASIC) : null;
        if (basic != null && !basic.getSupportedEngines().contains(WgEngine.ENGINE_NAME)) {
            registerModelZoo(() -> new Adopted(basic));
        }
    }

    @Override
    public String getGroupId() {
        adopt();
        return GROUP;
    }

    @Override
    public Set<String> getSupportedEngines() {
        adopt();
        return Set.of(WgEngine.ENGINE_NAME);
    }
}

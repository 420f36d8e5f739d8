package io.wengert.autograd;

/** Where calls go as events, if the JVM has a flight recorder. */
interface CallEvents {

    /** One call under way. */
    interface Event {

        /** The call has ended. */
        void end(String operation, String result, boolean backward, long bytes);
    }

    /** A call begins; null if nobody records events. */
    Event begin();

    /** The flight recorder's, or null if the JVM has none: its module may be left out of an image. */
    static CallEvents find() {
        return ModuleLayer.boot().findModule("jdk.jfr").isPresent() ? FlightEvents.make() : null;
    }
}

package io.wengert.autograd;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Calls as events of the Java Flight Recorder. Loaded only where there is one. */
final class FlightEvents {

    private FlightEvents() {}

    static CallEvents make() {
        return () -> {
            OperationEvent e = new OperationEvent();
            if (!e.isEnabled()) {
                return null;
            }
            e.begin();
            return (operation, result, backward, bytes) -> {
                e.end();
                if (e.shouldCommit()) {
                    e.operation = operation;
                    e.result = result;
                    e.backward = backward;
                    e.bytes = bytes;
                    e.commit();
                }
            };
        };
    }

    /** One outermost operation. */
    @Name("io.wengert.Operation")
    @Label("Operation")
    @Category("Wengert")
    @Description("An operation on arrays, while a profiler is open")
    @StackTrace(false)
    static final class OperationEvent extends Event {

        @Label("Operation") String operation;

        @Label("Result")
        @Description("Element type and shape of the first result") String result;

        @Label("Backward")
        @Description("Whether it was applied to find gradients") boolean backward;

        @Label("Memory")
        @Description("Bytes that the results took")
        @DataAmount long bytes;
    }
}

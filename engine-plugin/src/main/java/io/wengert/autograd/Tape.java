package io.wengert.autograd;

import io.wengert.op.Call;
import io.wengert.op.Recorder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Who records what, and when: while any session is open, calls with a tracked input are recorded on every thread that has
 * not paused.
 *
 * <p>A thread has at most one session of its own. Threads without one (an executor's workers in
 * {@code EasyTrain.trainBatch}) record for the only session that is open; if there are several, for a shared one that ends
 * with the last of them.
 */
public final class Tape implements Recorder {

    private static final Tape INSTANCE = new Tape();

    /** What is particular to one thread. */
    private static final class State {
        private Session own;
        private boolean owner;
        private int paused;
    }

    private final ThreadLocal<State> states = ThreadLocal.withInitial(State::new);
    private final AtomicLong clock = new AtomicLong();
    private final List<Session> sessions = new ArrayList<>();
    private volatile int open;
    private volatile Session only;
    private Session shared = new Session();

    private Tape() {}

    /** Makes the tape the recorder of all operations. */
    public static void install() { Recorder.Installed.set(INSTANCE); }

    /**
     * Starts recording for this thread.
     *
     * @throws IllegalStateException if this thread records already
     */
    public static Session start() { return INSTANCE.begin(); }

    /** Ends a session, on whichever thread. */
    public static void stop(Session s) { INSTANCE.end(s); }

    /** Whether calls of this thread are being recorded. */
    public static boolean recording() { return INSTANCE.isRecording(); }

    /**
     * Whether changing a variable in place on this thread would get into the way of a gradient: it would while the thread's
     * own session is open, or, on a thread that never had one and so works for others, while any is.
     */
    public static boolean guardsVariables() {
        State s = INSTANCE.states.get();
        return INSTANCE.isRecording() && (s.own != null && s.own.isOpen() || !s.owner);
    }

    /** Stops recording on this thread until the returned object is closed. */
    public static Pause pause() {
        State s = INSTANCE.states.get();
        s.paused++;
        return () -> s.paused--;
    }

    /** Records on this thread again, in spite of pauses, until the returned object is closed. */
    static Pause unpause() {
        State s = INSTANCE.states.get();
        int before = s.paused;
        s.paused = 0;
        return () -> s.paused = before;
    }

    /** The end of a stretch of not recording. */
    public interface Pause extends AutoCloseable {
        @Override
        void close();
    }

    private synchronized Session begin() {
        State state = states.get();
        if (state.own != null && state.own.isOpen()) {
            throw new IllegalStateException("a gradient collector is open on this thread already; close it first");
        }
        Session s = new Session();
        state.own = s;
        state.owner = true;
        sessions.add(s);
        count();
        return s;
    }

    private synchronized void end(Session s) {
        if (!sessions.remove(s)) {
            return;
        }
        count();
        if (sessions.isEmpty()) {
            shared.close();
            shared = new Session();
        }
        State state = states.get();
        if (state.own == s) {
            state.own = null;
        }
        s.close();
    }

    private void count() {
        only = sessions.size() == 1 ? sessions.get(0) : null;
        open = sessions.size();
    }

    @Override
    public boolean isRecording() { return open > 0 && states.get().paused == 0; }

    @Override
    public <T> T unrecorded(Supplier<T> work) {
        State s = states.get();
        s.paused++;
        try {
            return work.get();
        } finally {
            s.paused--;
        }
    }

    @Override
    public void record(Call<?> call) {
        Node n = new Node(clock.incrementAndGet(), call);
        session().add(n);
    }

    private Session session() {
        State state = states.get();
        if (state.own != null && state.own.isOpen()) {
            return state.own;
        }
        Session s = only;
        if (s != null && s.isOpen()) {
            return s;
        }
        synchronized (this) {
            return shared;
        }
    }
}

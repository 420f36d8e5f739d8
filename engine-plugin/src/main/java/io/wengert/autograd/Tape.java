package io.wengert.autograd;

import io.wengert.op.Call;
import io.wengert.op.Recorder;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
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
        /** The session that was open last. */
        private Session last;
        private boolean owner;
        private int paused;
        /** The number of what this thread has recorded last. Lamport's clock: it is put forward by the inputs of a call. */
        private long clock;
        private int playingBack;
        private Saving saving;
        /** Whether layers are to behave as in training; null for: as long as calls are recorded. */
        private Boolean training;
    }

    private final ThreadLocal<State> states = ThreadLocal.withInitial(State::new);
    private final List<Session> sessions = new ArrayList<>();
    /** How many sessions are open, and how many of them other threads record for too. */
    private volatile int open;
    private volatile int shareable;
    private int apart;
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
    public static void stop(Session s) { INSTANCE.end(s, true); }

    /** Ends a session, whose graph lives on as long as the values that were computed in it. */
    public static void leave(Session s) { INSTANCE.end(s, false); }

    /** The session of this thread: the open one, or else the one that was open last; null if there never was any. */
    public static Session current() {
        State s = INSTANCE.states.get();
        return s.own != null ? s.own : s.last;
    }

    /** Whether this thread has a session of its own that is open. */
    public static boolean isOwner() {
        State s = INSTANCE.states.get();
        return s.own != null && s.own.isOpen();
    }

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
    public static Mode pause() {
        State s = INSTANCE.states.get();
        s.paused++;
        return () -> s.paused--;
    }

    /** Notes that this thread plays back, until the returned object is closed. */
    static Mode playingBack() {
        State s = INSTANCE.states.get();
        s.playingBack++;
        return () -> s.playingBack--;
    }

    /** Whether this thread is playing back, so that its calls belong to gradients. */
    public static boolean isPlayingBack() { return INSTANCE.states.get().playingBack > 0; }

    /** Records on this thread again, in spite of pauses, until the returned object is closed. */
    public static Mode unpause() {
        State s = INSTANCE.states.get();
        int before = s.paused;
        s.paused = 0;
        return () -> s.paused = before;
    }

    /** Has the values that this thread's calls save put away, until the returned object is closed. */
    public static Mode saving(Saving saving) {
        State s = INSTANCE.states.get();
        Saving before = s.saving;
        s.saving = saving;
        return () -> s.saving = before;
    }

    /** Sets whether layers of this thread are to behave as in training, until the returned object is closed. */
    public static Mode training(boolean on) {
        State s = INSTANCE.states.get();
        Boolean before = s.training;
        s.training = on;
        return () -> s.training = before;
    }

    /** Whether layers of this thread are to behave as in training: as set, or else while calls are recorded. */
    public static boolean isTraining() {
        Boolean t = INSTANCE.states.get().training;
        return t != null ? t : recording();
    }

    /** Records this thread's calls for a session of their own that is freed with the returned object. */
    static Mode apart() {
        Session apart = new Session();
        Mode recording = apart(apart);
        return () -> {
            recording.close();
            apart.close();
        };
    }

    /** Records this thread's calls for a given session, which stays as it is when the returned object is closed. */
    static Mode apart(Session session) {
        State s = INSTANCE.states.get();
        Session before = s.own;
        int paused = s.paused;
        s.own = session;
        s.paused = 0;
        INSTANCE.apart(1);
        return () -> {
            INSTANCE.apart(-1);
            s.own = before;
            s.paused = paused;
        };
    }

    private synchronized void apart(int change) {
        apart += change;
        count();
    }

    /** A way of working on one thread, which ends when this is closed. */
    public interface Mode extends AutoCloseable {
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

    private synchronized void end(Session s, boolean free) {
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
            state.last = s;
        }
        if (free) {
            s.close();
        } else {
            s.forget();
        }
    }

    private void count() {
        only = sessions.size() == 1 ? sessions.get(0) : null;
        shareable = sessions.size();
        open = shareable + apart;
    }

    @Override
    public boolean isRecording() {
        if (open == 0) {
            return false;
        }
        State s = states.get();
        return s.paused == 0 && (shareable > 0 || s.own != null);
    }

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
    public void record(Call<?> call, Tensor[] in, Tensor... out) {
        State state = states.get();
        Session session = session(state);
        Node n = new Node(state.clock, call, in, out, session, state.saving);
        state.clock = n.sequence();
        session.add(n);
    }

    private Session session(State state) {
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

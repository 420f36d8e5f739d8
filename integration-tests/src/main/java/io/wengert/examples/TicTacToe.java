package io.wengert.examples;

import ai.djl.modality.rl.ActionSpace;
import ai.djl.modality.rl.LruReplayBuffer;
import ai.djl.modality.rl.env.RlEnv;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Tic-tac-toe against a player who moves at random, as one of DJL's environments: the agent plays crosses and begins.
 * An observation is 18 numbers, 1 where a cross is and 1 where a nought is; an action is 9 numbers, 1 at the field.
 */
final class TicTacToe implements RlEnv {

    /** The reward of a game: 1 won, -1 lost, a little for a draw. */
    static final float WON = 1;
    static final float LOST = -1;
    static final float DRAWN = 0.2f;

    private static final int[][] LINES = {{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {0, 3, 6}, {1, 4, 7}, {2, 5, 8}, {0, 4, 8}, {2, 4, 6}};

    private final NDManager manager;
    private final Random random;
    private final LruReplayBuffer memory;
    private NDManager episode;
    private final char[] board = new char[9];
    private final StringBuilder moves = new StringBuilder();

    /** A game whose steps are remembered, up to {@code memorySize} of them. */
    TicTacToe(NDManager manager, long seed, int batchSize, int memorySize) {
        this.manager = manager.newSubManager();
        random = new Random(seed);
        memory = new LruReplayBuffer(batchSize, memorySize);
        reset();
    }

    @Override
    public void reset() {
        if (episode != null) {
            episode.close();
        }
        episode = manager.newSubManager();
        Arrays.fill(board, '.');
        moves.setLength(0);
    }

    @Override
    public NDList getObservation() { return observation(episode); }

    @Override
    public ActionSpace getActionSpace() { return actions(episode); }

    /** The agent's move and, unless the game is over, a random answer. */
    @Override
    public Step step(NDList action, boolean training) {
        // What is remembered outlives the game.
        NDManager scope = (training ? manager : episode).newSubManager();
        NDList before = observation(scope);
        int field = (int) action.head().argMax().getLong();
        move(field, 'X');
        float reward = reward();
        if (Float.isNaN(reward)) {
            int[] free = free();
            move(free[random.nextInt(free.length)], 'O');
            reward = reward();
        }
        boolean done = !Float.isNaN(reward);
        NDList taken = new NDList(scope.create(place(field)));
        Turn turn = new Turn(scope, before, taken, observation(scope), actions(scope), scope.create(done ? reward : 0f), done);
        if (training) {
            memory.addStep(turn);
        }
        return turn;
    }

    @Override
    public Step[] getBatch() { return memory.getBatch(); }

    @Override
    public void close() { manager.close(); }

    /** The boards after each move of the game so far, side by side. */
    String transcript() {
        StringBuilder text = new StringBuilder();
        String[] boards = moves.toString().split("\n");
        for (int row = 0; row < 3; row++) {
            for (String one : boards) text.append(one, 3 * row, 3 * row + 3).append("   ");
            text.append('\n');
        }
        return text.toString();
    }

    private void move(int field, char who) {
        if (board[field] != '.') {
            throw new IllegalStateException("field " + field + " is taken");
        }
        board[field] = who;
        moves.append(board).append('\n');
    }

    /** What the game came to, NaN while it goes on. */
    private float reward() {
        for (int[] line : LINES) {
            char who = board[line[0]];
            if (who != '.' && who == board[line[1]] && who == board[line[2]]) {
                return who == 'X' ? WON : LOST;
            }
        }
        return free().length == 0 ? DRAWN : Float.NaN;
    }

    private int[] free() { return IntStream.range(0, 9).filter(i -> board[i] == '.').toArray(); }

    private NDList observation(NDManager owner) {
        float[] planes = new float[18];
        for (int i = 0; i < 9; i++) {
            planes[i] = board[i] == 'X' ? 1 : 0;
            planes[9 + i] = board[i] == 'O' ? 1 : 0;
        }
        return new NDList(owner.create(planes));
    }

    private ActionSpace actions(NDManager owner) {
        ActionSpace actions = new ActionSpace();
        for (int field : free()) actions.add(new NDList(owner.create(place(field))));
        return actions;
    }

    private static float[] place(int field) {
        float[] place = new float[9];
        place[field] = 1;
        return place;
    }

    /** What happened in one turn; closing it frees its arrays. */
    private record Turn(NDManager scope, NDList before, NDList action, NDList after, ActionSpace actionsAfter, NDArray reward,
            boolean done) implements Step {
        @Override
        public NDList getPreObservation() { return before; }

        @Override
        public NDList getAction() { return action; }

        @Override
        public NDList getPostObservation() { return after; }

        @Override
        public ActionSpace getPostActionSpace() { return actionsAfter; }

        @Override
        public NDArray getReward() { return reward; }

        @Override
        public boolean isDone() { return done; }

        @Override
        public void close() { scope.close(); }
    }
}

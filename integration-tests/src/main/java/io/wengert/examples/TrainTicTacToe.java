package io.wengert.examples;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.modality.rl.agent.EpsilonGreedy;
import ai.djl.modality.rl.agent.QAgent;
import ai.djl.modality.rl.agent.RlAgent;
import ai.djl.modality.rl.env.RlEnv;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.LinearTracker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Learns tic-tac-toe by playing: DJL's {@code QAgent} starts from knowing nothing and meets a player who moves at
 * random.
 */
public final class TrainTicTacToe {

    /** Shares of test games, 0 to 1. */
    record Standing(int gamesPlayed, double won, double drawn, double lost) {}

    /** What the training came to: the standing now and then, of two random players, and a last game. */
    record Result(List<Standing> standings, Standing randomPlayers, String lastGame, double seconds) {}

    private static final float DISCOUNT = 0.9f;
    private static final int MEMORY = 5_000;
    private static final int TEST_GAMES = 500;
    private static final int REPORTS = 10;

    private TrainTicTacToe() {}

    static Options options() {
        return Options.of(TrainTicTacToe.class)
                .number("games", 5000, "games to play")
                .number("batch-size", 8, "remembered moves to learn from after each game");
    }

    /** Plays and learns; see {@code --help} for the options. */
    public static void main(String[] args) throws IOException {
        Options options = options().start(args);
        Result result = run(options);
        double[] games = result.standings().stream().mapToDouble(Standing::gamesPlayed).toArray();
        Chart chart = new Chart("Tic-tac-toe against a random player, % of test games", "games played")
                .line("won", games, result.standings().stream().mapToDouble(s -> 100 * s.won()).toArray())
                .line("lost", games, result.standings().stream().mapToDouble(s -> 100 * s.lost()).toArray())
                .level("won by a random player", 100 * result.randomPlayers().won());
        System.out.println(chart.toText(72, 17));
        chart.save(options.output("tic-tac-toe.png"));
        System.out.println("\na game (the agent plays X):\n" + result.lastGame());
        System.out.println("                 won   drawn   lost   (% of " + TEST_GAMES + " games, beginning)");
        print("random player", result.randomPlayers());
        print("after learning", result.standings().get(REPORTS));
    }

    /** Trains a new agent. */
    static Result run(Options options) {
        options.seed();
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.l2Loss())
                .optOptimizer(Optimizer.adam().optLearningRateTracker(LinearTracker.builder().setBaseValue(1e-3f)
                        .optSlope(-0.9e-3f / (options.number("games") * options.number("batch-size"))).build()).build())
                .optDevices(new Device[] {options.device()});
        long start = System.nanoTime();
        List<Standing> standings = new ArrayList<>();
        try (Model model = Model.newInstance("tic-tac-toe", options.device(), options.engine())) {
            model.setBlock(new SequentialBlock()
                    .add(boardAndMove -> new NDList(boardAndMove.get(0).concat(boardAndMove.get(1), 1)))
                    .add(new Mlp(27, 1, new int[] {128, 64})));
            try (Trainer trainer = model.newTrainer(config);
                    TicTacToe game = new TicTacToe(trainer.getManager(), options.number("seed"),
                            options.number("batch-size"), MEMORY)) {
                trainer.initialize(new Shape(1, 18), new Shape(1, 9));
                RlAgent agent = new QAgent(trainer, DISCOUNT);
                Standing random = standing(game, new EpsilonGreedy(agent, step -> 1), 0, true);
                standings.add(standing(game, agent, 0, false));
                learn(options, trainer, game, agent, standings);
                game.runEnvironment(agent, false);
                return new Result(standings, random, game.transcript(), (System.nanoTime() - start) / 1e9);
            }
        }
    }

    /** Plays, remembers, and after each game learns from moves drawn from memory. */
    private static void learn(Options options, Trainer trainer, TicTacToe game, RlAgent agent, List<Standing> standings) {
        int games = options.number("games");
        RlAgent curious = new EpsilonGreedy(agent, LinearTracker.builder().setBaseValue(1)
                .optSlope(-1f / (3 * games)).optMinValue(0.1f).build());
        for (int played = 1; played <= games; played++) {
            game.runEnvironment(curious, true);
            for (RlEnv.Step step : game.getBatch()) {
                // One by one: the agent opens a collector for each, and a collector's gradients replace the last one's.
                agent.trainBatch(new RlEnv.Step[] {step});
                trainer.step();
            }
            if (played * REPORTS / games > (played - 1) * REPORTS / games) {
                standings.add(standing(game, agent, played, false));
                print("after " + played, standings.get(standings.size() - 1));
            }
        }
    }

    private static Standing standing(TicTacToe game, RlAgent agent, int played, boolean curious) {
        double won = 0;
        double drawn = 0;
        for (int i = 0; i < TEST_GAMES; i++) {
            float reward = game.runEnvironment(agent, curious);
            won += reward == TicTacToe.WON ? 1 : 0;
            drawn += reward == TicTacToe.DRAWN ? 1 : 0;
        }
        return new Standing(played, won / TEST_GAMES, drawn / TEST_GAMES, (TEST_GAMES - won - drawn) / TEST_GAMES);
    }

    private static void print(String who, Standing standing) {
        System.out.printf(Locale.ROOT, "%-15s %5.1f %7.1f %6.1f%n", who,
                100 * standing.won(), 100 * standing.drawn(), 100 * standing.lost());
    }
}

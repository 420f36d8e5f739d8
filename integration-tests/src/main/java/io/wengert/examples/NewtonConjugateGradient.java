package io.wengert.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.wengert.Autograd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Newton's method without a Hessian: each step solves {@code H d = -g} by conjugate gradients, which take only products of H with
 * vectors, and each product is the gradient of {@code g . v} (Pearlmutter, Fast exact multiplication by the Hessian, 1994).
 * Fits the logistic regression of {@link LogisticRegressionByHand}, with a penalty on its weights, to the last digit.
 */
public final class NewtonConjugateGradient {

    private static final double PENALTY = 1e-3;

    /** Loss and norm of the gradient before a step, and how many products with the Hessian the step took. */
    record Step(double loss, double gradient, int products) {}

    private NewtonConjugateGradient() {}

    /** Fits, and prints each step beside what gradient descent comes to. */
    public static void main(String[] args) throws IOException {
        Options options = Options.of(NewtonConjugateGradient.class).number("descent", 2000, "steps of gradient descent").start(args);
        System.out.printf("%-24s%18s%14s%10s%n", "Newton step", "loss", "|gradient|", "products");
        List<Step> newton = newton(options, 30);
        for (int i = 0; i < newton.size(); i++) {
            print("" + i, newton.get(i));
        }
        int steps = options.number("descent");
        System.out.println("gradient descent");
        print("after " + steps + " steps", descend(options, steps));
    }

    private static void print(String label, Step s) {
        System.out.printf(Locale.ROOT, "%-24s%18.14f%14.2e%10d%n", label, s.loss, s.gradient, s.products);
    }

    /** Newton steps until the gradient is below 1e-11, or so many. */
    static List<Step> newton(Options options, int atMost) throws IOException {
        List<Step> steps = new ArrayList<>();
        try (NDManager manager = Engine.getEngine(options.engine()).newBaseManager(options.device())) {
            Problem problem = Problem.of(manager);
            NDArray w = problem.w;
            for (int i = 0; i <= atMost; i++) {
                try (NDManager scratch = manager.newSubManager()) {
                    new NDList(w, problem.x).tempAttach(scratch);
                    NDArray loss;
                    NDArray g;
                    try (Autograd.Scope recording = Autograd.record()) {
                        loss = problem.loss(w);
                        g = Autograd.grad(new NDList(loss), new NDList(w), null, true, true).head();
                    }
                    double norm = norm(g);
                    if (norm < 1e-11 || i == atMost) {
                        steps.add(new Step(loss.getDouble(), norm, 0));
                        break;
                    }
                    int[] products = new int[1];
                    NDArray d = direction(w, g, Math.min(0.5, Math.sqrt(norm)) * norm, products);
                    steps.add(new Step(loss.getDouble(), norm, products[0]));
                    double slope = dot(g, d);
                    double length = 1;
                    while (problem.loss(w.add(d.mul(length))).getDouble() > loss.getDouble() + 1e-4 * length * slope && length > 1e-6) {
                        length /= 2;
                    }
                    w.addi(d.mul(length));
                }
            }
        }
        return steps;
    }

    /** An approximate solution of H d = -g, whose residual is below the tolerance. */
    private static NDArray direction(NDArray w, NDArray g, double tolerance, int[] products) {
        NDArray d = w.zerosLike();
        NDArray r = g.stopGradient().neg();
        NDArray p = r;
        double rr = dot(r, r);
        while (Math.sqrt(rr) > tolerance && products[0]++ < 2 * w.size()) {
            NDArray hp = Autograd.grad(new NDList(g), new NDList(w), new NDList(p), true, false).head();
            double alpha = rr / dot(p, hp);
            d = d.add(p.mul(alpha));
            r = r.sub(hp.mul(alpha));
            double next = dot(r, r);
            p = r.add(p.mul(next / rr));
            rr = next;
        }
        return d;
    }

    /** Where gradient descent with a fixed rate comes to. */
    static Step descend(Options options, int steps) throws IOException {
        try (NDManager manager = Engine.getEngine(options.engine()).newBaseManager(options.device())) {
            Problem problem = Problem.of(manager);
            for (int i = 0;; i++) {
                NDArray loss;
                try (Autograd.Scope recording = Autograd.record()) {
                    loss = problem.loss(problem.w);
                    Autograd.backward(loss);
                }
                if (i == steps) {
                    return new Step(loss.getDouble(), norm(problem.w.getGradient()), 0);
                }
                problem.w.subi(problem.w.getGradient());
            }
        }
    }

    /** Scaled measures with a column of ones (n, 31), diagnoses, and weights (31, 1) that start at zero. */
    private record Problem(NDArray x, TumourCases cases, NDArray w) {

        static Problem of(NDManager manager) throws IOException {
            TumourCases c = TumourCases.read(manager)[0];
            NDArray ones = manager.ones(new Shape(c.x().getShape().get(0), 1));
            NDArray w = manager.zeros(new Shape(31, 1), DataType.FLOAT64);
            w.setRequiresGradient(true);
            return new Problem(c.x().concat(ones, 1).toType(DataType.FLOAT64, false),
                    new TumourCases(null, c.y().toType(DataType.FLOAT64, false)), w);
        }

        NDArray loss(NDArray weights) { return cases.loss(x.matMul(weights)).add(weights.square().sum().mul(PENALTY)); }
    }

    private static double dot(NDArray a, NDArray b) { return a.mul(b).sum().getDouble(); }

    private static double norm(NDArray a) { return Math.sqrt(dot(a, a)); }
}

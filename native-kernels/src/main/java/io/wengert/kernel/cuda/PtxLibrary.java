package io.wengert.kernel.cuda;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The functions of {@code functions.cu}, taken apart, so that a printed kernel gets those that it calls and what they need
 * in turn.
 */
final class PtxLibrary {

    private static final Pattern NAME = Pattern.compile("\\b(wg_|__internal_|__cudart_)\\w+");

    /** Longer functions are called: their text in every place would cost more than the calls. */
    private static final int LONGEST = 160;

    private static final Pattern REGISTER = Pattern.compile("%(?=[a-z]+[0-9<])");
    private static final Pattern LABEL = Pattern.compile("\\$L__\\w+");
    private static final Pattern ARGUMENT = Pattern.compile("ld\\.param(\\.\\w+)\\s+(\\S+), \\[\\w+_param_(\\d)\\];");
    private static final Pattern RESULT = Pattern.compile("st\\.param(\\.\\w+)\\s+\\[func_retval0\\+0\\], (\\S+);");

    private static final class Parts {
        static final Map<String, String> BY_NAME = parse(KernelModules.ptx("functions"));
    }

    private PtxLibrary() {}

    /** Whether a function is short, and needs neither a stack nor other functions or tables. */
    static boolean isShort(String name) {
        String text = Parts.BY_NAME.get(name);
        return text.lines().count() <= LONGEST && !text.contains(".local") && !text.contains("call")
                && NAME.matcher(text).results().map(MatchResult::group).allMatch(n -> n.equals(name) || !has(n));
    }

    /**
     * The text of a short function where it is called, between comments that tell a reader what is done there. The GPU's
     * compiler would call it instead, for every element.
     *
     * @param place a number that tells this call from others in the same kernel
     */
    static String inline(String name, String result, List<String> arguments, int place) {
        String text = Parts.BY_NAME.get(name);
        String body = text.substring(text.indexOf("\n{") + 2, text.lastIndexOf('}'));
        body = REGISTER.matcher(body).replaceAll("%in_");
        body = LABEL.matcher(body).replaceAll(m -> Matcher.quoteReplacement(m.group() + "_" + place));
        body = ARGUMENT.matcher(body).replaceAll(m -> Matcher.quoteReplacement(
                "mov" + m.group(1) + " " + m.group(2) + ", " + arguments.get(Integer.parseInt(m.group(3))) + ";"));
        body = RESULT.matcher(body).replaceAll(m -> Matcher.quoteReplacement(
                "mov" + m.group(1) + " " + result + ", " + m.group(2) + ";"));
        String end = "$L__end_" + place;
        String block = body.substring(0, body.lastIndexOf("ret;")).replaceAll("\n\\s*\n+", "\n");
        String label = block.contains("ret;") ? end + ":\n" : "";
        return "// call.uni (" + result + "), " + name + ", (" + String.join(", ", arguments) + ")\n{"
                + block.replace("ret;", "bra.uni " + end + ";") + "}\n" + label + "// end";
    }

    static boolean has(String name) { return Parts.BY_NAME.containsKey(name); }

    /** The text of functions and of everything they need, each behind what it needs itself. */
    static String text(Collection<String> names) {
        Set<String> done = new LinkedHashSet<>();
        names.forEach(n -> add(n, done));
        StringBuilder b = new StringBuilder();
        done.forEach(n -> b.append(Parts.BY_NAME.get(n)).append('\n'));
        return b.toString();
    }

    private static void add(String name, Set<String> done) {
        if (done.contains(name)) {
            return;
        }
        Matcher m = NAME.matcher(Parts.BY_NAME.get(name));
        while (m.find()) {
            if (!m.group().equals(name) && Parts.BY_NAME.containsKey(m.group())) {
                add(m.group(), done);
            }
        }
        done.add(name);
    }

    /** Definitions by name: a function from its first line to the brace that closes it, a table on one line. */
    private static Map<String, String> parse(String text) {
        Map<String, String> parts = new LinkedHashMap<>();
        StringBuilder part = null;
        for (String line : text.split("\n")) {
            if (part == null && (line.startsWith(".func") || line.startsWith(".visible .func"))) {
                part = new StringBuilder();
            } else if (part == null && line.startsWith(".global")) {
                parts.put(name(line), line + "\n");
            }
            if (part != null) {
                part.append(line.replaceFirst("^\\.visible ", "")).append('\n');
                if (line.equals(";")) {
                    part = null;
                } else if (line.equals("}")) {
                    parts.put(name(part), part.toString());
                    part = null;
                }
            }
        }
        return parts;
    }

    private static String name(CharSequence text) {
        Matcher m = NAME.matcher(text);
        if (!m.find()) {
            throw new IllegalStateException("no function or table: " + text);
        }
        return m.group();
    }
}

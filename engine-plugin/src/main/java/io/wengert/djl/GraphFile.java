package io.wengert.djl;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.util.JsonUtils;
import ai.djl.util.Pair;
import ai.djl.util.PairList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.wengert.replay.Graph;
import io.wengert.replay.GraphJson;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The format of saved graphs, described in {@code docs/graph-format.md}: a mark, a version, the graph as JSON, the parameters
 * and constants as DJL encodes them, and a checksum.
 */
final class GraphFile {

    private static final byte[] MAGIC = "WGRAPH\n".getBytes(StandardCharsets.US_ASCII);
    static final int VERSION = 1;
    /** A graph of a million steps has about so many bytes. */
    private static final int LONGEST = 1 << 28;

    private GraphFile() {}

    static void write(WgSymbolBlock block, DataOutputStream os) throws IOException {
        CheckedOutputStream checked = new CheckedOutputStream(os, new CRC32());
        DataOutputStream out = new DataOutputStream(checked);
        out.write(MAGIC);
        out.writeInt(VERSION);
        byte[] json = text(header(block)).getBytes(StandardCharsets.UTF_8);
        out.writeInt(json.length);
        out.write(json);
        for (Parameter p : block.getDirectParameters().values()) {
            p.save(out);
        }
        for (NDArray c : constants(block)) {
            out.write(c.encode());
        }
        out.flush();
        os.writeLong(checked.getChecksum().getValue());
    }

    /** One line a step. */
    private static String text(JsonObject header) { return header.toString().replace("{\"op\":", "\n{\"op\":") + '\n'; }

    private static List<NDArray> constants(WgSymbolBlock b) {
        List<NDArray> all = new ArrayList<>(b.inference().constants());
        if (b.training() != null && b.training() != b.inference()) {
            all.addAll(b.training().constants());
        }
        return all;
    }

    private static JsonObject header(WgSymbolBlock block) {
        JsonObject h = new JsonObject();
        JsonArray names = new JsonArray();
        block.names().forEach(names::add);
        h.add("inputs", names);
        JsonArray parameters = new JsonArray();
        for (Pair<String, Parameter> p : block.getDirectParameters()) {
            JsonObject o = new JsonObject();
            o.addProperty("key", p.getKey());
            o.addProperty("name", p.getValue().getName());
            o.addProperty("type", p.getValue().getType().name());
            o.addProperty("learns", p.getValue().requiresGradient());
            parameters.add(o);
        }
        h.add("parameters", parameters);
        h.add("inference", GraphJson.write(block.inference().graph()));
        if (block.training() == null) {
            h.addProperty("refusal", block.refusal());
        } else if (block.training() != block.inference()) {
            h.add("training", GraphJson.write(block.training().graph()));
        }
        return h;
    }

    /**
     * Reads a block.
     *
     * @throws MalformedModelException if the stream holds none, it is damaged, or of a newer version
     */
    static WgSymbolBlock read(NDManager manager, DataInputStream is) throws IOException, MalformedModelException {
        try {
            CheckedInputStream checked = new CheckedInputStream(is, new CRC32());
            WgSymbolBlock block = body(manager, new DataInputStream(checked));
            if (is.readLong() != checked.getChecksum().getValue()) {
                throw new MalformedModelException("the graph is damaged: its checksum is not that of its bytes");
            }
            return block;
        } catch (EOFException e) {
            throw new MalformedModelException("the graph ends too early: the file is damaged", e);
        } catch (RuntimeException e) {
            throw new MalformedModelException("the graph is damaged: " + e.getMessage(), e);
        }
    }

    private static WgSymbolBlock body(NDManager manager, DataInputStream in) throws IOException, MalformedModelException {
        byte[] magic = in.readNBytes(MAGIC.length);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new MalformedModelException("the file holds no graph but the parameters of a block in Java; call setBlock before load");
        }
        int version = in.readInt();
        if (version != VERSION) {
            throw new MalformedModelException("the graph is of version " + version + "; this engine reads version " + VERSION);
        }
        int length = in.readInt();
        if (length < 0 || length > LONGEST) {
            throw new MalformedModelException("the graph is damaged: its text would have " + length + " bytes");
        }
        byte[] text = in.readNBytes(length);
        if (text.length < length) {
            throw new EOFException();
        }
        JsonObject h = JsonUtils.GSON.fromJson(new String(text, StandardCharsets.UTF_8), JsonObject.class);
        List<String> names = new ArrayList<>();
        h.getAsJsonArray("inputs").forEach(n -> names.add(n.getAsString()));
        PairList<String, Parameter> parameters = parameters(h.getAsJsonArray("parameters"));
        Graph inference = GraphJson.read(h.getAsJsonObject("inference"));
        Graph training = h.has("training") ? GraphJson.read(h.getAsJsonObject("training")) : null;
        for (Parameter p : parameters.values()) {
            p.load(manager, in);
        }
        WgSymbolBlock.Part first = part(inference, manager, in);
        WgSymbolBlock.Part second = h.has("refusal") ? null : training == null ? first : part(training, manager, in);
        if (inference.parameters() != parameters.size() || second != null && second.graph().parameters() != parameters.size()) {
            throw new MalformedModelException("the graph is damaged: it does not take the " + parameters.size() + " parameters");
        }
        return new WgSymbolBlock(names, parameters, first, second, h.has("refusal") ? h.get("refusal").getAsString() : null);
    }

    private static PairList<String, Parameter> parameters(JsonArray list) {
        PairList<String, Parameter> r = new PairList<>();
        for (JsonElement e : list) {
            JsonObject o = e.getAsJsonObject();
            r.add(o.get("key").getAsString(), Parameter.builder().setName(o.get("name").getAsString())
                    .setType(Parameter.Type.valueOf(o.get("type").getAsString())).optRequiresGrad(o.get("learns").getAsBoolean()).build());
        }
        return r;
    }

    private static WgSymbolBlock.Part part(Graph graph, NDManager manager, DataInputStream in) throws IOException {
        List<NDArray> constants = new ArrayList<>();
        for (int i = 0; i < graph.constants(); i++) {
            constants.add(manager.decode(in));
        }
        return new WgSymbolBlock.Part(graph, constants);
    }
}

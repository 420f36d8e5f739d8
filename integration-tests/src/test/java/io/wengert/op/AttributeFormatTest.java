package io.wengert.op;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.wengert.replay.Attributes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Attributes of every operation survive being written into a graph and read again; a type without a form fails. */
class AttributeFormatTest {

    @TestFactory
    Stream<DynamicTest> everyAttributeIsReadAsItWasWritten() { return OpTable.each(AttributeFormatTest::differences); }

    private static List<String> differences(Sample<?> s) {
        Object attribute = s.attribute();
        JsonElement written = Attributes.encode(attribute);
        Object read = Attributes.decode(JsonParser.parseString(written.toString()), List.of());
        if (attribute == null) {
            return read == null ? List.of() : List.of(s + ": " + read + " from nothing");
        }
        boolean same = read != null && read.getClass() == attribute.getClass() && Attributes.encode(read).equals(written);
        return same ? List.of() : List.of(s + ": read " + read + " from " + written);
    }
}

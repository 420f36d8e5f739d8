// Each instruction is done for all threads of a block before the next one: that is right for straight lines, where
// threads do not meet and only the last ones may end early. A register is an array with 64 bits for each thread.
#include "ptx.h"

#include <dlfcn.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <sstream>

namespace emu {
namespace {

struct Instruction;
struct Run;
typedef void (*Action)(Run &, const Instruction &);

struct Instruction {
    Action act = nullptr;
    std::vector<int> to, from; // registers; a number in the text is a register too
    long offset = 0;           // of an address or a parameter
    int parameter = -1;
    void *function = nullptr;
};

/** The registers of one block. */
struct Run {
    std::vector<unsigned long long> registers;
    unsigned width = 0;  // threads of the block
    unsigned alive = 0;  // those that have not ended: the first ones
    void **arguments = nullptr;
    uint3 block{};
    dim3 size;
    std::string wrong;

    template <class T> T get(int r, unsigned t) const {
        T v;
        memcpy(&v, &registers[(size_t)r * width + t], sizeof v);
        return v;
    }
    template <class T> void put(int r, unsigned t, T v) {
        unsigned long long bits = 0;
        memcpy(&bits, &v, sizeof v);
        registers[(size_t)r * width + t] = bits;
    }
};

struct bits16 { uint16_t v; };

template <class R, class T> R saturated(T x) {
    // NaN gives the largest negative number on hardware's 64 bits; printed text never relies on it.
    if (std::isnan(x)) return std::numeric_limits<R>::min();
    if (x <= (T)std::numeric_limits<R>::min()) return std::numeric_limits<R>::min();
    if (x >= (T)std::numeric_limits<R>::max()) return std::numeric_limits<R>::max();
    return (R)x;
}

/** max or min where NaN wins, and -0 is less than +0. */
template <class T> T larger(T a, T b) {
    return std::isnan(a) ? a : std::isnan(b) ? b : a == b ? (std::signbit(a) ? b : a) : a > b ? a : b;
}
template <class T> T smaller(T a, T b) {
    return std::isnan(a) ? a : std::isnan(b) ? b : a == b ? (std::signbit(a) ? a : b) : a < b ? a : b;
}

typedef long long s64;
typedef unsigned long long u64;

#define EACH for (unsigned t = 0; t < r.alive; ++t)
#define UNARY(name, R, A, e)                                    \
    {name, [](Run &r, const Instruction &i) {                    \
        EACH {                                                   \
            const A a = r.get<A>(i.from[0], t);                  \
            r.put<R>(i.to[0], t, (R)(e));                        \
        }                                                        \
    }}
#define BINARY(name, R, A, e)                                   \
    {name, [](Run &r, const Instruction &i) {                    \
        EACH {                                                   \
            const A a = r.get<A>(i.from[0], t), b = r.get<A>(i.from[1], t); \
            r.put<R>(i.to[0], t, (R)(e));                        \
        }                                                        \
    }}
#define TERNARY(name, R, A, C, e)                               \
    {name, [](Run &r, const Instruction &i) {                    \
        EACH {                                                   \
            const A a = r.get<A>(i.from[0], t), b = r.get<A>(i.from[1], t); \
            const C c = r.get<C>(i.from[2], t);                  \
            r.put<R>(i.to[0], t, (R)(e));                        \
        }                                                        \
    }}
#define COMPARISONS(type, T, unequal)                            \
    BINARY("setp.eq." type, u64, T, a == b), BINARY("setp." unequal "." type, u64, T, !(a == b)), \
    BINARY("setp.lt." type, u64, T, a < b), BINARY("setp.le." type, u64, T, a <= b),              \
    BINARY("setp.gt." type, u64, T, a > b), BINARY("setp.ge." type, u64, T, a >= b)
#define FLOATING(type, T)                                                                                  \
    BINARY("add.rn." type, T, T, a + b), BINARY("sub.rn." type, T, T, a - b),                               \
    BINARY("mul.rn." type, T, T, a * b), BINARY("div.rn." type, T, T, a / b),                               \
    UNARY("sqrt.rn." type, T, T, std::sqrt(a)), UNARY("neg." type, T, T, -a), UNARY("abs." type, T, T, std::fabs(a)), \
    UNARY("cvt.rmi." type "." type, T, T, std::floor(a)), UNARY("cvt.rpi." type "." type, T, T, std::ceil(a)), \
    UNARY("cvt.rni." type "." type, T, T, std::rint(a)), UNARY("cvt.rzi." type "." type, T, T, std::trunc(a)), \
    COMPARISONS(type, T, "neu"), BINARY("setp.nan." type, u64, T, std::isnan(a) || std::isnan(b)),           \
    TERNARY("selp." type, T, T, u64, c ? a : b), UNARY("mov." type, T, T, a),                                \
    UNARY("cvt.rzi.s64." type, s64, T, saturated<s64>(a)), UNARY("cvt.rzi.u64." type, u64, T, saturated<u64>(a)), \
    UNARY("cvt.rzi.s32." type, int, T, saturated<int>(a)), UNARY("cvt.rn." type ".s64", T, s64, a),          \
    UNARY("cvt.rn." type ".s32", T, int, a), UNARY("cvt.rn." type ".u32", T, unsigned, a),                   \
    UNARY("cvt.rn." type ".u64", T, u64, a)

const std::map<std::string, Action> &actions() {
    static const std::map<std::string, Action> table = {
        FLOATING("f32", float), FLOATING("f64", double),
        BINARY("max.NaN.f32", float, float, larger(a, b)), BINARY("min.NaN.f32", float, float, smaller(a, b)),
        BINARY("max.f64", double, double, larger(a, b)), BINARY("min.f64", double, double, smaller(a, b)),
        UNARY("cvt.f64.f32", double, float, a), UNARY("cvt.rn.f32.f64", float, double, a),
        {"cvt.f32.f16", [](Run &r, const Instruction &i) {
            EACH { const wg_half h = {r.get<bits16>(i.from[0], t).v}; r.put<float>(i.to[0], t, __half2float(h)); }
        }},
        {"cvt.rn.f16.f32", [](Run &r, const Instruction &i) {
            EACH r.put<uint16_t>(i.to[0], t, __float2half(r.get<float>(i.from[0], t)).bits);
        }},
        {"cvt.rn.bf16.f32", [](Run &r, const Instruction &i) {
            EACH r.put<uint16_t>(i.to[0], t, __float2bfloat16(r.get<float>(i.from[0], t)).bits);
        }},
        COMPARISONS("s64", s64, "ne"), COMPARISONS("u64", u64, "ne"), COMPARISONS("u32", unsigned, "ne"),
        BINARY("add.s64", u64, u64, a + b), BINARY("sub.s64", u64, u64, a - b), BINARY("sub.u64", u64, u64, a - b),
        BINARY("mul.lo.s64", u64, u64, a * b), BINARY("mul.lo.u64", u64, u64, a * b),
        BINARY("div.u64", u64, u64, b ? a / b : ~0ull),
        UNARY("neg.s64", u64, u64, 0 - a), UNARY("abs.s64", u64, s64, a < 0 ? 0 - (u64)a : (u64)a),
        BINARY("max.s64", s64, s64, a > b ? a : b), BINARY("min.s64", s64, s64, a < b ? a : b),
        BINARY("max.u64", u64, u64, a > b ? a : b), BINARY("min.u64", u64, u64, a < b ? a : b),
        TERNARY("mad.lo.s64", u64, u64, u64, a * b + c), TERNARY("mad.wide.u32", u64, unsigned, u64, (u64)a * b + c),
        TERNARY("mad.lo.u32", unsigned, unsigned, unsigned, a * b + c),
        BINARY("mul.wide.u32", u64, unsigned, (u64)a * b), BINARY("mul.lo.u32", unsigned, unsigned, a * b),
        BINARY("mul.hi.u32", unsigned, unsigned, (u64)a * b >> 32), BINARY("add.u32", unsigned, unsigned, a + b),
        BINARY("sub.u32", unsigned, unsigned, a - b), BINARY("shr.u32", unsigned, unsigned, b > 31 ? 0 : a >> b),
        BINARY("shl.b32", unsigned, unsigned, b > 31 ? 0 : a << b),
        TERNARY("selp.b32", unsigned, unsigned, u64, c ? a : b), TERNARY("selp.b64", u64, u64, u64, c ? a : b),
        BINARY("and.pred", u64, u64, a & b), BINARY("or.pred", u64, u64, a | b), BINARY("xor.pred", u64, u64, a ^ b),
        UNARY("mov.b32", unsigned, unsigned, a), UNARY("mov.u32", unsigned, unsigned, a),
        UNARY("mov.b64", u64, u64, a), UNARY("mov.u64", u64, u64, a),
        UNARY("cvt.u32.u16", unsigned, uint16_t, a), UNARY("cvt.u32.u64", unsigned, u64, a),
        UNARY("cvt.u64.u32", u64, unsigned, a), UNARY("cvt.s64.s32", s64, int, a),
    };
    return table;
}

bool allowed(Run &r, uintptr_t address, size_t n, const char *what) {
    if (r.wrong.empty() && (!is_device_memory(address, n) || address % n != 0))
        r.wrong = std::string(what) + " of " + std::to_string(n) + " bytes at no place of device memory, or across one";
    return r.wrong.empty();
}

/** M is the type in memory, R the one it is widened to. */
template <class M, class R> void load(Run &r, const Instruction &i) {
    EACH {
        const uintptr_t at = r.get<u64>(i.from[0], t) + i.offset;
        if (!allowed(r, at, sizeof(M) * i.to.size(), "load")) return;
        for (size_t k = 0; k < i.to.size(); ++k) {
            M v;
            memcpy(&v, (const void *)(at + k * sizeof(M)), sizeof v);
            r.put<R>(i.to[k], t, (R)v);
        }
    }
}
template <class M> void store(Run &r, const Instruction &i) {
    EACH {
        const uintptr_t at = r.get<u64>(i.from[0], t) + i.offset;
        if (!allowed(r, at, sizeof(M) * (i.from.size() - 1), "store")) return;
        for (size_t k = 1; k < i.from.size(); ++k) {
            const M v = r.get<M>(i.from[k], t);
            memcpy((void *)(at + (k - 1) * sizeof(M)), &v, sizeof v);
        }
    }
}
template <class T> void parameter(Run &r, const Instruction &i) {
    T v;
    memcpy(&v, (const char *)r.arguments[i.parameter] + i.offset, sizeof v);
    EACH r.put<T>(i.to[0], t, v);
}
template <class T> void call(Run &r, const Instruction &i) {
    if (i.from.size() == 1)
        EACH r.put<T>(i.to[0], t, ((T(*)(T))i.function)(r.get<T>(i.from[0], t)));
    else
        EACH r.put<T>(i.to[0], t, ((T(*)(T, T))i.function)(r.get<T>(i.from[0], t), r.get<T>(i.from[1], t)));
}
void end(Run &r, const Instruction &i) {
    unsigned n = 0;
    while (n < r.alive && !r.get<u64>(i.from[0], n)) ++n;
    for (unsigned t = n; t < r.alive; ++t)
        if (!r.get<u64>(i.from[0], t)) r.wrong = "threads end that are not the last ones";
    r.alive = n;
}
template <int WHICH> void place(Run &r, const Instruction &i) {
    EACH r.put<unsigned>(i.to[0], t, WHICH == 0 ? r.block.x : WHICH == 1 ? r.size.x : t);
}

Action memory_action(bool loads, const std::string &type) {
    static const std::map<std::string, std::pair<Action, Action>> table = {
        {"u8", {load<uint8_t, u64>, store<uint8_t>}}, {"s8", {load<int8_t, s64>, store<uint8_t>}},
        {"u16", {load<uint16_t, u64>, store<uint16_t>}}, {"s16", {load<int16_t, s64>, store<uint16_t>}},
        {"b16", {load<uint16_t, u64>, store<uint16_t>}}, {"u32", {load<uint32_t, u64>, store<uint32_t>}},
        {"s32", {load<int32_t, s64>, store<uint32_t>}}, {"b32", {load<uint32_t, u64>, store<uint32_t>}},
        {"f32", {load<uint32_t, u64>, store<uint32_t>}}, {"u64", {load<u64, u64>, store<u64>}},
        {"b64", {load<u64, u64>, store<u64>}}, {"f64", {load<u64, u64>, store<u64>}},
    };
    auto it = table.find(type);
    return it == table.end() ? nullptr : loads ? it->second.first : it->second.second;
}

/** A function of functions.cu, which is part of this library. */
void *function(const std::string &name) {
    Dl_info self;
    if (!dladdr((void *)&function, &self)) return nullptr;
    static void *library = dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    return library ? dlsym(library, name.c_str()) : nullptr;
}

std::string trimmed(const std::string &s) {
    const size_t a = s.find_first_not_of(" \t"), b = s.find_last_not_of(" \t;");
    return a == std::string::npos || b == std::string::npos ? "" : s.substr(a, b - a + 1);
}

} // namespace

struct PtxKernel::Code {
    std::string name, unknown;
    std::vector<unsigned> sizes;
    std::map<std::string, int> parameters, registers;
    std::vector<std::pair<int, u64>> numbers;
    std::vector<Instruction> instructions;

    int named(const std::string &name) { return registers.emplace(name, (int)registers.size()).first->second; }

    /** The register of an operand, which may be a number: 0f and 0d are the bits of floats. */
    int operand(const std::string &s) {
        const bool is_number = isdigit((unsigned char)s[0]) || s[0] == '-';
        const bool is_new = registers.find(s) == registers.end();
        const int r = named(s);
        if (is_number && is_new) {
            const bool bits = s.size() > 2 && s[0] == '0' && (s[1] == 'f' || s[1] == 'd');
            numbers.emplace_back(r, bits ? strtoull(s.c_str() + 2, nullptr, 16) : (u64)strtoll(s.c_str(), nullptr, 10));
        }
        return r;
    }

    static std::vector<std::string> split(const std::string &text) {
        std::vector<std::string> parts;
        std::string part;
        for (char c : text) {
            if (c == ',' || c == '{' || c == '}' || c == '(' || c == ')') {
                if (!trimmed(part).empty()) parts.push_back(trimmed(part));
                part.clear();
            } else {
                part += c;
            }
        }
        if (!trimmed(part).empty()) parts.push_back(trimmed(part));
        return parts;
    }

    /** "[name+12]": the name, and 12. */
    static std::pair<std::string, long> address(const std::string &s) {
        const size_t plus = s.find('+');
        const std::string inner = s.substr(1, s.size() - 2);
        if (plus == std::string::npos) return {inner, 0};
        return {s.substr(1, plus - 1), strtol(s.c_str() + plus + 1, nullptr, 10)};
    }

    static unsigned bytes(const std::string &type) {
        return type == "b8" ? 1 : type.size() < 3 ? 0 : (unsigned)atoi(type.c_str() + 1) / 8;
    }

    /** ".param .u64 a0" or ".param .align 8 .b8 axes[48]". */
    void add_parameter(const std::string &text) {
        std::istringstream in(text);
        std::string word, type, name;
        while (in >> word) {
            if (word[0] == '.') type = word.substr(1);
            else name = word;
        }
        const size_t bracket = name.find('[');
        unsigned n = bytes(type);
        if (bracket != std::string::npos) {
            n *= (unsigned)atoi(name.c_str() + bracket + 1);
            name = name.substr(0, bracket);
        }
        parameters[name] = (int)sizes.size();
        sizes.push_back(n);
    }

    void add(const std::string &line) {
        const size_t space = line.find_first_of(" \t");
        const std::string op = line.substr(0, space);
        const std::vector<std::string> parts = split(space == std::string::npos ? "" : line.substr(space));
        Instruction i;
        if (op[0] == '@') {
            i.from = {operand(op.substr(1))};
            i.act = line.substr(space + 1) == "ret" ? end : nullptr;
        } else if (op == "ret") {
            return;
        } else if (op.rfind("ld.param.", 0) == 0) {
            i = parameter_load(op.substr(9), parts);
        } else if (op.rfind("st.param.", 0) == 0) {
            i.to = {named(address(parts[0]).first)};
            i.from = {operand(parts[1])};
            i.act = actions().at("mov.b64");
        } else if (op == "call.uni") { // the argument may be a parameter, a register or a number
            i.to = {named(parts[0])};
            for (size_t k = 2; k < parts.size(); ++k) i.from.push_back(operand(parts[k]));
            i.function = function(parts[1]);
            const std::string kind = parts[1].substr(parts[1].rfind('_') + 1);
            if (i.function) i.act = kind == "f32" ? call<float> : kind == "f64" ? call<double> : call<u64>;
        } else if (op.rfind("ld.global", 0) == 0 || op.rfind("st.global", 0) == 0) {
            i = access(op, parts);
        } else if (op == "mov.u32" && parts[1][0] == '%' && parts[1].back() == 'x') {
            i.to = {named(parts[0])};
            i.act = parts[1] == "%ctaid.x" ? place<0> : parts[1] == "%ntid.x" ? place<1> : place<2>;
        } else {
            i.to = {named(parts[0])};
            for (size_t k = 1; k < parts.size(); ++k) i.from.push_back(operand(parts[k]));
            auto it = actions().find(op);
            i.act = it == actions().end() ? nullptr : it->second;
        }
        if (!i.act && unknown.empty()) unknown = "the emulator does not know: " + line;
        instructions.push_back(std::move(i));
    }

    Instruction parameter_load(const std::string &type, const std::vector<std::string> &parts) {
        Instruction i;
        const auto at = address(parts[1]);
        i.to = {named(parts[0])};
        i.offset = at.second;
        auto it = parameters.find(at.first);
        if (it == parameters.end()) {
            i.from = {named(at.first)};
            i.act = actions().at("mov.b64");
        } else {
            i.parameter = it->second;
            i.act = bytes(type) == 4 ? parameter<uint32_t> : parameter<u64>;
        }
        return i;
    }

    Instruction access(const std::string &op, const std::vector<std::string> &parts) {
        Instruction i;
        const bool loads = op[0] == 'l';
        const auto at = address(loads ? parts.back() : parts.front());
        i.from = {named(at.first)};
        i.offset = at.second;
        for (size_t k = loads ? 0 : 1; k < parts.size() - (loads ? 1 : 0); ++k)
            (loads ? i.to : i.from).push_back(operand(parts[k]));
        i.act = memory_action(loads, op.substr(op.rfind('.') + 1));
        return i;
    }
};

PtxKernel::PtxKernel(const std::string &text) : code(new Code) {
    const size_t open = text.find('('), body = text.find(")\n{\n");
    code->name = text.substr(0, open);
    for (const std::string &p : Code::split(text.substr(open + 1, body - open - 1))) code->add_parameter(p);
    std::istringstream in(text.substr(body + 4));
    bool in_place = false; // the text of a function, whose call the comment before it tells
    for (std::string line; std::getline(in, line) && (in_place || line != "}");) {
        line = trimmed(line);
        if (line.rfind("// ", 0) == 0) {
            in_place = line != "// end";
            if (in_place) code->add(line.substr(3));
        } else if (!in_place && !line.empty() && line != "{" && line != "}" && line[0] != '.') code->add(line);
    }
}

PtxKernel::~PtxKernel() = default;
const std::string &PtxKernel::name() const { return code->name; }
const std::vector<unsigned> &PtxKernel::sizes() const { return code->sizes; }
const std::string &PtxKernel::unknown() const { return code->unknown; }

namespace {
struct Blocks {
    const std::vector<Instruction> &instructions;
    const std::vector<std::pair<int, u64>> &numbers;
    size_t registers;
    void **arguments;
    dim3 block;
    std::mutex mutex;
    std::string wrong;
};

void run_block(void *data, u64 number) {
    static thread_local Run r;
    Blocks &b = *(Blocks *)data;
    r.width = r.alive = b.block.x;
    r.registers.resize(std::max(r.registers.size(), b.registers * r.width));
    r.arguments = b.arguments;
    r.block = {(unsigned)number, 0, 0};
    r.size = b.block;
    r.wrong.clear();
    for (const auto &n : b.numbers) EACH r.put<u64>(n.first, t, n.second);
    for (const Instruction &i : b.instructions) {
        i.act(r, i);
        if (r.alive == 0 || !r.wrong.empty()) break;
    }
    if (!r.wrong.empty()) {
        std::lock_guard<std::mutex> held(b.mutex);
        b.wrong = r.wrong;
    }
}
} // namespace

std::string PtxKernel::run(void **arguments, dim3 grid, dim3 block) const {
    Blocks b{code->instructions, code->numbers, code->registers.size(), arguments, block, {}, {}};
    if (grid.y != 1 || grid.z != 1 || block.y != 1 || block.z != 1) return "printed kernels have one dimension";
    parallel(grid.x, run_block, &b);
    return b.wrong.empty() ? "" : "kernel " + code->name + ": " + b.wrong;
}

} // namespace emu

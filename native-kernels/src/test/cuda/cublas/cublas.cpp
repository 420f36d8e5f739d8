// An emulated libcublas.so: the functions that the backend calls, in the order of the stream that they are given.
#include <atomic>
#include <cstdint>
#include <cstring>

extern "C" int cuLaunchHostFunc(void *stream, void (*work)(void *), void *data);

#define API extern "C" __attribute__((visibility("default")))

extern "C" {
/** How many matrices were computed. */
__attribute__((visibility("default"))) std::atomic<int> products{0};
}

namespace {

enum { SUCCESS = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, NOT_SUPPORTED = 15 };
enum { FLOAT32 = 0, FLOAT64 = 1, FLOAT16 = 2, BFLOAT16 = 14 };

struct Handle {
    void *stream = nullptr;
};

struct Product {
    bool turned_a, turned_b;
    int m, n, k, type;
    const char *a, *b;
    char *c;
    long long lda, ldb, ldc, step_a, step_b, step_c;
    int batch;
};

int bytes(int type) { return type == FLOAT64 ? 8 : type == FLOAT32 ? 4 : 2; }

template <typename T> T value(const char *p) {
    T v;
    memcpy(&v, p, sizeof v);
    return v;
}

double get(const char *at, int type) {
    switch (type) {
        case FLOAT64: return value<double>(at);
        case FLOAT32: return value<float>(at);
        case FLOAT16: return (double)value<_Float16>(at);
        default: {
            const uint32_t bits = (uint32_t)value<uint16_t>(at) << 16;
            return value<float>((const char *)&bits);
        }
    }
}

template <typename T> void set(char *p, T v) { memcpy(p, &v, sizeof v); }

void put(char *at, int type, double v) {
    switch (type) {
        case FLOAT64: return set(at, v);
        case FLOAT32: return set(at, (float)v);
        case FLOAT16: return set(at, (_Float16)v);
        default: {
            uint32_t bits;
            const float f = (float)v;
            memcpy(&bits, &f, 4);
            set(at, (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16));
        }
    }
}

void run(void *data) {
    const Product &p = *(Product *)data;
    const int s = bytes(p.type);
    for (int l = 0; l < p.batch; ++l)
        for (int j = 0; j < p.n; ++j)
            for (int i = 0; i < p.m; ++i) {
                double sum = 0;
                for (int q = 0; q < p.k; ++q)
                    sum += get(p.a + s * (l * p.step_a + (p.turned_a ? q + i * p.lda : i + q * p.lda)), p.type) *
                           get(p.b + s * (l * p.step_b + (p.turned_b ? j + q * p.ldb : q + j * p.ldb)), p.type);
                put(p.c + s * (l * p.step_c + i + j * p.ldc), p.type, sum);
            }
    products += p.batch;
    delete (Product *)data;
}

} // namespace

API int cublasCreate_v2(Handle **h) {
    *h = new Handle;
    return SUCCESS;
}
API int cublasSetStream_v2(Handle *h, void *stream) {
    h->stream = stream;
    return SUCCESS;
}
API int cublasGemmStridedBatchedEx(Handle *h, int op_a, int op_b, int m, int n, int k, const void *alpha, const char *a, int type_a,
                                   int lda, long long step_a, const char *b, int type_b, int ldb, long long step_b, const void *beta,
                                   char *c, int type, int ldc, long long step_c, int batch, int compute, int algorithm) {
    if (!h || !h->stream) return NOT_INITIALIZED;
    if (type_a != type || type_b != type || compute != (type == FLOAT64 ? 70 : 68) || algorithm != -1) return NOT_SUPPORTED;
    const double one = type == FLOAT64 ? *(const double *)alpha : *(const float *)alpha;
    const double zero = type == FLOAT64 ? *(const double *)beta : *(const float *)beta;
    if (one != 1 || zero != 0 || m < 1 || n < 1 || k < 1 || lda < (op_a ? k : m) || ldb < (op_b ? n : k) || ldc < m)
        return INVALID_VALUE;
    return cuLaunchHostFunc(h->stream, run, new Product{op_a != 0, op_b != 0, m, n, k, type, a, b, c, lda, ldb, ldc, step_a, step_b,
            step_c, batch});
}

/**
 * @file
 * The filter through libavfilter's API: what the ffmpeg program cannot show. Buffers of frames without a
 * hole, commands, frames in flight when the graph is freed, frames of another size or on a GPU, back-pressure.
 */
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 128
#define HEIGHT 96
#define MOST_TRIES 50 /* of what a busy machine may hide */

static char logged[1 << 14]; /* what the filter said since the graph was made */
static int buffers_alive;    /* of the frames that new_frame() made */
static int failures;

static void keep_log(void *object, int level, const char *format, va_list arguments)
{
    size_t used = strlen(logged);

    (void)object;
    if (level <= AV_LOG_INFO)
        vsnprintf(logged + used, sizeof logged - used, format, arguments);
}

static void report(const char *name, int good)
{
    printf("%s - %s\n", good ? "ok" : "not ok", name);
    failures += !good;
    if (!good)
        printf("# %s\n", logged);
}

typedef struct Graph {
    AVFilterGraph *graph;
    AVFilterContext *source, *sink;
} Graph;

static void close_graph(Graph *g)
{
    avfilter_graph_free(&g->graph);
}

static AVFilterContext *add_filter(Graph *g, const char *name, const char *options)
{
    AVFilterContext *filter = NULL;

    avfilter_graph_create_filter(&filter, avfilter_get_by_name(name), name, options, NULL, g->graph);
    return filter;
}

/** buffer, deepfill with `options`, buffersink. Ends the program where that cannot be had. */
static Graph open_graph(const char *options)
{
    Graph g = { avfilter_graph_alloc(), NULL, NULL };
    AVFilterContext *fill = NULL;
    char source[200];

    logged[0] = 0;
    snprintf(source, sizeof source, "video_size=%dx%d:pix_fmt=yuv420p:time_base=1/25:frame_rate=25/1",
             WIDTH, HEIGHT);
    if (!g.graph || !(g.source = add_filter(&g, "buffer", source)) ||
        !(fill = add_filter(&g, "deepfill", options)) || !(g.sink = add_filter(&g, "buffersink", NULL)) ||
        avfilter_link(g.source, 0, fill, 0) < 0 || avfilter_link(fill, 0, g.sink, 0) < 0 ||
        avfilter_graph_config(g.graph, NULL) < 0) {
        printf("not ok - a graph with deepfill=%s\n# %s\n", options, logged);
        exit(1);
    }
    return g;
}

static void free_buffer(void *opaque, uint8_t *data)
{
    (void)opaque;
    buffers_alive--;
    av_free(data);
}

/** A picture with some texture, its planes in buffers that are counted. */
static AVFrame *new_frame(int width, int height, int64_t pts)
{
    AVFrame *frame = av_frame_alloc();

    frame->width = width;
    frame->height = height;
    frame->format = AV_PIX_FMT_YUV420P;
    frame->pts = pts;
    for (int plane = 0; plane < 3; plane++) {
        int stride = plane ? width / 2 : width, rows = plane ? height / 2 : height;
        size_t size = (size_t)stride * (size_t)rows + 64;
        uint8_t *data = av_malloc(size);

        for (size_t i = 0; i < size; i++)
            data[i] = (uint8_t)(40 + (i * 7 + i / (size_t)stride * 13) % 160);
        frame->buf[plane] = av_buffer_create(data, size, free_buffer, NULL, 0);
        frame->data[plane] = data;
        frame->linesize[plane] = stride;
        buffers_alive++;
    }
    return frame;
}

/** Hand in a frame, which is then the graph's. */
static int put(Graph *g, AVFrame *frame)
{
    int ret = av_buffersrc_add_frame(g->source, frame);

    av_frame_free(&frame);
    return ret;
}

static AVFrame *get(Graph *g)
{
    AVFrame *frame = av_frame_alloc();

    if (av_buffersink_get_frame(g->sink, frame) < 0)
        av_frame_free(&frame);
    return frame;
}

static double hole_of(const AVFrame *frame)
{
    const AVDictionaryEntry *entry = NULL;

    if (frame)
        entry = av_dict_get(frame->metadata, "lavfi.deepfill.hole", NULL, 0);
    return entry ? atof(entry->value) : -1;
}

/** An empty hole leaves a frame its buffers, even one that others hold too. */
static void test_buffers_kept(void)
{
    Graph g = open_graph("box='0 0 128 96':invert=1:delay=0:ahead=0");
    AVFrame *frame = new_frame(WIDTH, HEIGHT, 0), *held = av_frame_clone(frame), *out;
    int same = 1;

    put(&g, frame);
    out = get(&g);
    for (int plane = 0; plane < 3 && out; plane++)
        same &= out->data[plane] == held->data[plane] && out->buf[plane]->buffer == held->buf[plane]->buffer;
    report("a frame without a hole keeps its buffers", out && same && hole_of(out) == 0);
    av_frame_free(&out);
    av_frame_free(&held);
    close_graph(&g);
}

/** A frame that is ours alone is filled in place; one that others hold is copied, and theirs stays. */
static void test_buffers_filled(void)
{
    Graph g = open_graph("box='40 40 20 20':delay=0:ahead=0");
    AVFrame *frame = new_frame(WIDTH, HEIGHT, 0), *held, *out;
    uint8_t *data = frame->data[0], before[WIDTH];

    put(&g, frame);
    out = get(&g);
    report("a frame that nobody else holds is filled in place",
           out && out->data[0] == data && hole_of(out) > 0);
    av_frame_free(&out);

    frame = new_frame(WIDTH, HEIGHT, 1);
    held = av_frame_clone(frame);
    memcpy(before, held->data[0] + 50 * held->linesize[0], WIDTH);
    put(&g, frame);
    out = get(&g);
    report("a frame that others hold is copied, and theirs stays",
           out && out->data[0] != held->data[0] &&
           !memcmp(before, held->data[0] + 50 * held->linesize[0], WIDTH) &&
           memcmp(before, out->data[0] + 50 * out->linesize[0], WIDTH));
    av_frame_free(&out);
    av_frame_free(&held);
    close_graph(&g);
}

static int command(Graph *g, const char *name, const char *value)
{
    char answer[100];

    return avfilter_graph_send_command(g->graph, "deepfill", name, value, answer, sizeof answer, 0);
}

/** Commands hold from the next frame taken. */
static void test_commands(void)
{
    Graph g = open_graph("box='0 0 64 96':dilate=0:feather=0:delay=0:ahead=0:show=mask");
    const char *commands[][2] = {
        { "invert", "0" }, { "dilate", "16" }, { "dilate", "0" }, { "threshold", "1" },
    };
    const double expected[] = { 0.5, 0.625, 0.5, 0 };
    int good = 1;

    for (int i = 0; i < 4; i++) {
        AVFrame *out;

        good &= command(&g, commands[i][0], commands[i][1]) >= 0;
        put(&g, new_frame(WIDTH, HEIGHT, i));
        out = get(&g);
        good &= hole_of(out) == expected[i];
        av_frame_free(&out);
    }
    report("commands hold from the next frame", good);
    report("what is no command is refused",
           command(&g, "workers", "3") < 0 && command(&g, "threshold", "2") < 0 &&
           command(&g, "nonsense", "1") < 0);
    close_graph(&g);
}

/** Put frames that the filter holds. @return how many came out all the same */
static int fill_up(Graph *g, int frames, int64_t first_pts)
{
    int received = 0;

    for (int i = 0; i < frames; i++) {
        AVFrame *out;

        put(g, new_frame(WIDTH, HEIGHT, first_pts + i));
        if ((out = get(g)))
            received++;
        av_frame_free(&out);
    }
    return received;
}

/** A graph that is freed early waits for its workers, frees the frames and tells how many there were. */
static void test_close_in_flight(void)
{
    Graph g = { 0 };
    char lost[100];
    int received = 10;

    for (int i = 0; i < MOST_TRIES && received == 10; i++) { /* on a busy machine the worker may have done all */
        close_graph(&g);
        g = open_graph("box='40 40 20 20':workers=1:delay=3:ahead=0");
        received = fill_up(&g, 10, 0);
        for (AVFrame *out; (out = get(&g)); received++) /* until a request stands */
            av_frame_free(&out);
    }
    snprintf(lost, sizeof lost, "The last %d frame%s still held back", 10 - received,
             received == 9 ? " was" : "s were");
    report("frames are in flight", received < 10 && buffers_alive > 0);
    close_graph(&g);
    report("closing frees the frames in flight", buffers_alive == 0);
    report("closing tells how many are lost", strstr(logged, lost) != NULL &&
           strstr(logged, "closed in the middle of the video, as for another size, format or sound, and are lost"));

    g = open_graph("box='40 40 20 20':ahead=5");
    fill_up(&g, 5, 0);
    close_graph(&g);
    report("closing tells that no frame has come out",
           strstr(logged, "No frame has come out: all 5 were still held back") != NULL);
}

/** Free a graph after its end, with frames in flight unless the worker has done all. @return 0: no frame came out */
static int close_after_end(int wanted)
{
    Graph g = open_graph("box='40 40 20 20':workers=1:delay=3:ahead=0");
    int received = 0;
    AVFrame *out;

    for (int i = 0; i < 10 && !received; i++) {
        put(&g, new_frame(WIDTH, HEIGHT, i));
        if ((out = get(&g)))
            received++;
        av_frame_free(&out);
    }
    if (wanted) /* none comes before another goes in: the request stands */
        while ((out = get(&g)))
            av_frame_free(&out);
    if (av_buffersrc_add_frame_flags(g.source, NULL, AV_BUFFERSRC_FLAG_PUSH) < 0)
        received = 0;
    close_graph(&g);
    return received;
}

/* A graph that is freed after its end tells what was wanted and what was not. */
static void test_close_after_end(void)
{
    static const char *const causes[] = { "when no more were asked for: after -t, -frames or -shortest nobody",
                                          "when the program ended: after q or Ctrl-C they are lost, after -t" };

    for (int wanted = 0; wanted < 2; wanted++) {
        int received = 1, told = 0;

        for (int i = 0; i < MOST_TRIES && received && !told; i++) {
            received = close_after_end(wanted);
            told = strstr(logged, "The last ") != NULL;
        }
        report(wanted ? "closing tells of a request that stood" : "closing tells that no more were asked for",
               received && told && strstr(logged, causes[wanted]) && !strstr(logged, causes[!wanted]));
    }
}

/* The next graph tells of the loss where the film goes on, and only there. */
static void test_set_up_anew(void)
{
    const struct {
        const char *name;
        int64_t pts;
        int told;
    } cases[] = { { "the next graph tells of frames lost before", 15, 1 },
                  { "after a seek back nobody wants those frames", 2, 0 },
                  { "after a seek ahead nobody wants those frames", 500, 0 } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Graph g = open_graph("box='40 40 20 20':ahead=5");

        fill_up(&g, 5, 10);
        close_graph(&g);
        for (int again = 0; again < 2; again++) {
            g = open_graph("box='40 40 20 20':delay=0:ahead=0");
            fill_up(&g, 1, cases[i].pts);
            report(again ? "that is told once" : cases[i].name, (cases[i].told && !again) ==
                   !!strstr(logged, "all filters were set up anew: 5 frames in flight are lost."));
            close_graph(&g);
        }
    }
}

/** After how many frames, at most, the first comes out, as the log says; -1: it does not. */
static int told_first(void)
{
    const char *told = strstr(logged, "the first comes out after ");
    int first;

    return told && sscanf(told, "the first comes out after %d frame", &first) == 1 ? first : -1;
}

/** No more frames are held back than the log says: delay or, with ahead, that and some more. All come, in order. */
static void test_flow(int delay, int ahead, int fields, int64_t step, const char *name)
{
    char options[100];
    int sent = 0, received = 0, good = 1, most = ahead ? 2 * delay + ahead + 12 : delay + 1;
    Graph g;

    snprintf(options, sizeof options, "box='40 40 20 20':workers=2:delay=%d:ahead=%d:fields=%d", delay,
             ahead, fields);
    g = open_graph(options);
    for (AVFrame *out; sent <= 20;) {
        int ret = sent < 20 ? put(&g, new_frame(WIDTH, HEIGHT, step ? sent * step : AV_NOPTS_VALUE))
                            : av_buffersrc_add_frame(g.source, NULL);
        good &= ret >= 0;
        sent++;
        while ((out = get(&g))) {
            good &= out->pts == (step ? received * step : AV_NOPTS_VALUE);
            received++;
            av_frame_free(&out);
        }
        good &= sent > 20 || received > sent - told_first();
    }
    report(name, good && received == 20 && told_first() > ahead && told_first() <= most &&
           !strstr(logged, "held back"));
    close_graph(&g);
}

/** A mask of pictures of 16x16, white in the upper half. @return 1: it is written */
static int write_mask(const char *name, int pictures)
{
    static unsigned char picture[16 * 16 * 3 / 2];
    FILE *file = fopen(name, "wb");
    int good = file && fprintf(file, "YUV4MPEG2 W16 H16 F25:1 Ip C420jpeg\n") > 0;

    memset(picture, 128, sizeof picture);
    memset(picture, 255, 16 * 8); /* the upper half is the hole */
    memset(picture + 16 * 8, 0, 16 * 8);
    for (int i = 0; i < pictures && good; i++)
        good = fprintf(file, "FRAME\n") > 0 && fwrite(picture, sizeof picture, 1, file) == 1;
    return file && !fclose(file) && good;
}

/** Lengths are compared where all has left before the end, and nobody has asked for more until then. */
static void test_end_asked_late(void)
{
    const char *name = getenv("MASK");
    char options[1000];
    int received = 0;
    Graph g;

    snprintf(options, sizeof options, "mask=%s:show=mask:delay=0", name ? name : "");
    if (!name || !write_mask(name, 100)) {
        report("a mask is written", 0);
        return;
    }
    g = open_graph(options);
    for (int i = 0; i < 10; i++) {
        AVFrame *out;

        put(&g, new_frame(WIDTH, HEIGHT, i));
        if ((out = get(&g)))
            received++;
        av_frame_free(&out);
    }
    report("nothing is held when the end comes", received == 10 &&
           av_buffersrc_add_frame_flags(g.source, NULL, AV_BUFFERSRC_FLAG_PUSH) >= 0 &&
           !strstr(logged, "The mask lasts"));
    report("the end is told when it is asked for", !get(&g) && strstr(logged, "The mask lasts"));
    close_graph(&g);
}

/** A frame of another size is refused in words. */
static void test_size_change(void)
{
    Graph g = open_graph("box='40 40 20 20':delay=0:ahead=0");
    AVFrame *out;
    int ret;

    put(&g, new_frame(WIDTH, HEIGHT, 0));
    out = get(&g);
    av_frame_free(&out);
    put(&g, new_frame(WIDTH / 2, HEIGHT, 1));
    out = av_frame_alloc();
    ret = av_buffersink_get_frame(g.sink, out);
    av_frame_free(&out);
    report("a frame of another size is refused", ret == AVERROR(EINVAL) &&
           strstr(logged, "A frame is 64x96 yuv420p, but the filter was set up for 128x96 yuv420p") != NULL);
    close_graph(&g);
}

/**
 * Frames on a GPU are refused with the way out, also behind a filter that takes any format. There need not be a
 * GPU: formats are agreed on before a frame is seen.
 */
static void test_gpu(void)
{
    Graph g = { avfilter_graph_alloc(), NULL, NULL };
    AVBufferSrcParameters *parameters = av_buffersrc_parameters_alloc();
    AVFilterContext *pass = add_filter(&g, "null", NULL), *fill = add_filter(&g, "deepfill", "box='8 8 8 8'");
    int ret;

    logged[0] = 0;
    g.source = avfilter_graph_alloc_filter(g.graph, avfilter_get_by_name("buffer"), "source");
    g.sink = add_filter(&g, "buffersink", NULL);
    parameters->format = AV_PIX_FMT_VULKAN;
    parameters->width = WIDTH;
    parameters->height = HEIGHT;
    parameters->time_base = (AVRational){ 1, 25 };
    parameters->hw_frames_ctx = av_buffer_allocz(1 << 12); /* has to be there, and is not looked into */
    av_buffersrc_parameters_set(g.source, parameters);
    av_buffer_unref(&parameters->hw_frames_ctx);
    av_free(parameters);
    ret = avfilter_init_str(g.source, NULL);
    ret = ret < 0 || avfilter_link(g.source, 0, pass, 0) < 0 || avfilter_link(pass, 0, fill, 0) < 0 ||
          avfilter_link(fill, 0, g.sink, 0) < 0 ? 0 : avfilter_graph_config(g.graph, NULL);
    report("frames on a GPU are refused", ret == AVERROR(EINVAL) &&
           strstr(logged, "The frames are on the GPU (vulkan), deepfill works in memory: put "
                  "hwdownload,format=nv12 before it (format=p010le for 10 bits), and hwupload behind it where "
                  "the GPU is to go on.\n") != NULL);
    close_graph(&g);
}

int main(void)
{
    av_log_set_callback(keep_log);
    if (!avfilter_get_by_name("deepfill")) {
        printf("not ok - libavfilter has the filter deepfill\n");
        return 1;
    }
    test_buffers_kept();
    test_buffers_filled();
    test_commands();
    test_close_in_flight();
    test_close_after_end();
    test_set_up_anew();
    test_flow(0, 0, 0, 1, "delay=0 and ahead=0 hold nothing back");
    test_flow(3, 0, 0, 1, "delay=3 holds three frames back at most");
    test_flow(1, 3, 0, 1, "ahead=3 holds a few frames back");
    test_flow(40, 0, 0, 2, "delay=40 may hold all frames back until the end");
    test_flow(0, 20, 0, 2, "ahead=20 may hold all frames back until the end");
    test_flow(0, 0, 1, 1, "delay=0 and ahead=0 hold nothing back of fields, either");
    test_flow(3, 0, 1, 1, "delay=3 holds three frames back of which fields are filled");
    test_flow(1, 3, 1, 1, "ahead=3 holds a few frames back of which fields are filled");
    test_flow(40, 0, 1, 2, "delay=40 may hold all frames back of which fields are filled");
    test_flow(2, 2, 0, 0, "frames without timestamps pass in order");
    test_end_asked_late();
    test_size_change();
    test_gpu();
    report("no buffer is left over", buffers_alive == 0);
    return failures != 0;
}

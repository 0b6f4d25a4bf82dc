/**
 * @file
 * Quickselect (Hoare, 1961).
 */
#include "plane/select.h"

static void swap(float *a, float *b)
{
    float t = *a;
    *a = *b;
    *b = t;
}

/** The middle of first, middle and last, so that sorted values are no bad case. */
static float pivot_of(const float *values, int low, int high)
{
    float a = values[low], b = values[(low + high) / 2], c = values[high];

    if (a < b)
        return b < c ? b : a < c ? c : a;
    return a < c ? a : b < c ? c : b;
}

float df_select(float *values, int n, int place)
{
    int low = 0, high = n - 1;

    while (low < high) {
        float pivot = pivot_of(values, low, high);
        int i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i <= j)
                swap(&values[i++], &values[j--]);
        }
        if (place <= j)
            high = j;
        else if (place >= i)
            low = i;
        else
            break;
    }
    return n > 0 ? values[place] : 0;
}

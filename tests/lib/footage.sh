# What footage to measure with is made of; sourced, not run. $ffmpeg is the program.

# still FILE: a picture of 5760x3240 with detail of all sizes, for a camera to move over.
still() {
    "$ffmpeg" -v error -nostdin -i samples/truth.mp4 \
        -f lavfi -i color=gray:s=1440x810,format=yuv420p,noise=all_seed=1:alls=70,gblur=0.8 \
        -filter_complex "[0:v]scale=5760:3240:flags=bicubic[a];
            [1:v]scale=5760:3240:flags=bicubic[b];[a][b]blend=all_mode=grainmerge" \
        -frames:v 1 -update 1 "$1"
}

# rectangle FILE SIZE X Y WIDTH HEIGHT: a mask whose hole is that rectangle.
rectangle() {
    "$ffmpeg" -v error -nostdin -y -f lavfi -i "color=black:s=$2,format=gray,drawbox=$3:$4:$5:$6:white:fill" \
        -frames:v 1 -update 1 "$1"
}

import QtQuick 2.1
import QtQuick.Controls 2.1
import QtQuick.Layouts 1.1

Item {
    width: 400
    height: 250

    Component.onCompleted: {
        if (filter.isNew) {
            filter.set('av.realtime', 1);
            filter.set('av.dilate', 4);
            filter.set('av.feather', 4);
            filter.set('av.invert', 0);
            filter.set('av.temporal', 1);
            filter.set('av.show', 'fill');
        }
        mask.text = filter.get('av.mask');
        dilate.value = filter.getDouble('av.dilate');
        feather.value = filter.getDouble('av.feather');
        invert.checked = filter.get('av.invert') === '1';
        temporal.checked = filter.get('av.temporal') === '1';
        show.currentIndex = Math.max(0, show.model.indexOf(filter.get('av.show')));
    }

    GridLayout {
        columns: 2
        anchors.fill: parent
        anchors.margins: 8

        Label { text: qsTr("Mask file, white is filled") }
        TextField {
            id: mask
            Layout.fillWidth: true
            selectByMouse: true
            onEditingFinished: filter.set('av.mask', text)
        }
        Label { text: qsTr("Grow the mask, pixels") }
        SpinBox {
            id: dilate
            to: 256
            onValueModified: filter.set('av.dilate', value)
        }
        Label { text: qsTr("Feather, pixels") }
        SpinBox {
            id: feather
            to: 256
            onValueModified: filter.set('av.feather', value)
        }
        Label { text: qsTr("Show") }
        ComboBox {
            id: show
            model: ['fill', 'mask', 'regions', 'coarse', 'sources']
            onActivated: filter.set('av.show', currentText)
        }
        CheckBox {
            id: invert
            Layout.columnSpan: 2
            text: qsTr("Fill what is black")
            onToggled: filter.set('av.invert', checked ? 1 : 0)
        }
        CheckBox {
            id: temporal
            Layout.columnSpan: 2
            text: qsTr("Fill from frames before")
            onToggled: filter.set('av.temporal', checked ? 1 : 0)
        }
        Item { Layout.fillHeight: true }
    }
}
